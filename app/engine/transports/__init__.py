"""Ways to the network; whoever composes the process chooses one."""
