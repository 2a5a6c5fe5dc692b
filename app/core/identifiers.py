"""Identifiers as types: a run id cannot be passed where a project id is expected."""

from typing import NewType
from uuid import UUID, uuid4

UserId = NewType("UserId", UUID)
OrganizationId = NewType("OrganizationId", UUID)
MemberId = NewType("MemberId", UUID)
InvitationId = NewType("InvitationId", UUID)
ApiTokenId = NewType("ApiTokenId", UUID)
ReportTemplateId = NewType("ReportTemplateId", UUID)
SavedSearchId = NewType("SavedSearchId", UUID)
ProjectId = NewType("ProjectId", UUID)
SuiteId = NewType("SuiteId", UUID)
TestCaseId = NewType("TestCaseId", UUID)
EndpointId = NewType("EndpointId", UUID)
DependencyId = NewType("DependencyId", UUID)
ImportId = NewType("ImportId", UUID)
FixtureId = NewType("FixtureId", UUID)
EnvironmentId = NewType("EnvironmentId", UUID)
VariableId = NewType("VariableId", UUID)
CredentialId = NewType("CredentialId", UUID)
RunId = NewType("RunId", UUID)
BatchId = NewType("BatchId", UUID)
HookId = NewType("HookId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
ResultId = NewType("ResultId", UUID)


def create_identifier() -> UUID:
    """Return a fresh random identifier."""
    return uuid4()
