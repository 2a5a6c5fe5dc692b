"""What is tested: projects, suites and cases."""
