"""Who may do what in this house: `people.yaml` and `policy.yaml` of the home, read and checked into frozen values."""

from gateway.governance.people import OutOfPeople as OutOfPeople
from gateway.governance.people import People as People
from gateway.governance.people import Person as Person
from gateway.governance.reading import Governance as Governance
from gateway.governance.reading import read_governance as read_governance
