"""Refusals that come from the database."""

import httpx

from app.core.errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InternalError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)


class DatabaseUnavailableError(UnavailableError):
    """PostgREST or Postgres cannot be reached, or has no connection left."""

    code = "database_unavailable"
    title = "The database does not answer at the moment."


class DatabaseTimeoutError(UnavailableError):
    """The statement ran into its time limit."""

    code = "database_timeout"
    title = "The database took too long to answer."


class DatabaseBusyError(UnavailableError):
    """The transaction lost against another one and was rolled back as a whole."""

    code = "database_busy"
    title = "The database is busy with a competing change."


class DatabaseMismatchError(InternalError):
    """The service and the database schema do not fit together."""

    code = "database_mismatch"


class DependencyCycleError(InvalidError):
    """A dependency would make a test wait for itself; the detail names the cycle."""

    code = "dependency_cycle"
    title = "The dependencies form a cycle."


class RequiredTestNotFoundError(InvalidError):
    """A dependency names a test that the project does not have."""

    code = "required_test_not_found"
    title = "A required test does not exist in this project."


class FixtureNotFoundError(InvalidError):
    """A test uses a fixture that the project does not have."""

    code = "fixture_not_found"
    title = "A fixture that the test uses does not exist in this project."


class SuiteNotFoundError(InvalidError):
    """A test is to move to a suite that its project does not have."""

    code = "suite_not_found"
    title = "The suite does not exist in this project."


class OrderIncompleteError(InvalidError):
    """An order has to name each of the things it orders once; the detail names the first others."""

    code = "order_incomplete"
    title = "The order does not name each one exactly once."


class CaseInUseError(ConflictError):
    """Other tests require the test or use what it captures; the detail names them."""

    code = "test_case_in_use"
    title = "Other tests need this test; change them first, or delete it with `cascade`."


class UsersChangedError(ConflictError):
    """Others changed who uses a test while it was to be renamed or deleted."""

    code = "users_changed"
    title = "Other tests are being changed at this moment."


class EndpointInUseError(ConflictError):
    """An endpoint that tests call is not deleted; the detail names them."""

    code = "endpoint_in_use"
    title = "Tests call this endpoint; change them first."


class FixtureInUseError(ConflictError):
    """A fixture that tests use is neither deleted nor renamed; the detail names them."""

    code = "fixture_in_use"
    title = "Tests use this fixture; change them first."


class ProjectHasActiveRunsError(ConflictError):
    """A project is not deleted while its runs go on."""

    code = "project_has_active_runs"
    title = "A run of this project has not ended yet; cancel it or wait."


class ChangedMeanwhileError(ConflictError):
    """The row is not the one that the change was made for."""

    code = "changed_meanwhile"
    title = "Others changed the resource at the same moment; try again."


class SelectedTestNotFoundError(InvalidError):
    """The selection of a run names a test that the project does not have."""

    code = "test_case_not_found"
    title = "A selected test case does not exist in this project."


class NoTestsSelectedError(InvalidError):
    """The selection of a run is empty."""

    code = "no_tests_selected"
    title = "The selection contains no test to run."


class RunClaimedByAnotherWorkerError(ConflictError):
    """Another worker executes this run."""

    code = "run_claimed_by_another_worker"
    title = "Another worker executes this run."


class RunAlreadyFinishedError(ConflictError):
    """A finished run takes no more results."""

    code = "run_already_finished"
    title = "The run has already finished."


class RunNotFinishedError(ConflictError):
    """Only a run that has finished can be repeated."""

    code = "run_not_finished"
    title = "The run has not finished yet."


class BaselineNotFoundError(NotFoundError):
    """There is no earlier run of the environment to compare with."""

    code = "baseline_not_found"
    title = "No earlier run of this environment went to its end; name one in `with`."


class RunsOfDifferentProjectsError(InvalidError):
    """Runs are compared within a project."""

    code = "runs_of_different_projects"
    title = "The runs belong to different projects."


class SecretRejectedError(InvalidError):
    """The value or its key was refused; the answer reveals nothing about either."""

    code = "secret_rejected"
    title = "The secret was not accepted."


class ContextLimitExceededError(InvalidError):
    """The execution context of a run holds as much as it may."""

    code = "context_limit_exceeded"
    title = "The execution context of the run is full."


class InvalidNotificationError(InvalidError):
    """A notification of a project is of no known type, or incomplete."""

    code = "invalid_notification"
    title = "The notification does not have the expected shape."


class HasResultsError(ConflictError):
    """What has results is not deleted by accident; the detail says how many would be lost."""

    code = "has_results"
    title = "Results of runs would be lost."


class LastOwnerError(ConflictError):
    """An organization keeps at least one owner."""

    code = "last_owner"
    title = "The last owner of an organization has to stay."


class RoleAboveOwnError(ForbiddenError):
    """Nobody hands out a role above their own."""

    code = "role_above_own"
    title = "The role is above your own."


class AlreadyMemberError(ConflictError):
    """Who is to be invited belongs to the organization."""

    code = "already_member"
    title = "A member of the organization has this address."


class InvitationExpiredError(GoneError):
    """Its time is over, or who vouched for it no longer may."""

    code = "invitation_expired"
    title = "The invitation is no longer valid."


class GatewayAnswerError(httpx.TransportError):
    """Something in front of PostgREST answered in its place, with this HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status} without a PostgREST error")
        self.status = status
