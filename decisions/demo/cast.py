"""Who is in the demonstration: four partnerships modelled on the sources, and invented agencies and job titles."""

from __future__ import annotations

from dataclasses import dataclass

from cases.roles import Nation, Role


@dataclass(frozen=True)
class DemoAgency:
    """An invented agency."""

    key: str
    name: str
    short_name: str
    kind: str
    commissioner: str = ""


@dataclass(frozen=True)
class DemoPartnership:
    """A partnership with its agencies; ``key`` names its protocol file."""

    key: str
    name: str
    short_name: str
    prefix: str
    nation: Nation
    agencies: tuple[DemoAgency, ...]
    board: tuple[Role, ...]
    heads: tuple[tuple[str, str], ...] = ()
    has_themes: bool = False

    @property
    def mail_domain(self) -> str:
        """Where the e-mails of its people end; nothing is ever delivered there."""
        return f"{self.key.replace('_', '-')}.demo.example"


BOARD = (Role.CHAIR, Role.INDEPENDENT_SCRUTINEER, Role.AUDITOR)

PARTNERSHIPS = (
    DemoPartnership(
        "halton", "Halton Safeguarding Adults Board (demonstration)", "Halton SAB", "HAL", Nation.ENGLAND_AND_WALES,
        (
            DemoAgency("council", "Mersey Reach Council Adult Social Care", "Adult Social Care", "council"),
            DemoAgency("police", "Mersey Reach Police", "Police", "police"),
            DemoAgency("hospital", "Mersey Bank Hospitals", "Mersey Bank", "health"),
            DemoAgency("housing", "Quarrybank Homes", "Quarrybank", "housing"),
            DemoAgency("charity", "The Open Door Project", "Open Door", "voluntary"),
            DemoAgency("care", "Larkrise Home Care", "Larkrise", "care", "council"),
        ),
        BOARD,
    ),
    DemoPartnership(
        "luton", "Luton Safeguarding Adults Board (demonstration)", "Luton SAB", "LUT", Nation.ENGLAND_AND_WALES,
        (
            DemoAgency("council", "Lea Valley Council Adult Social Care", "Adult Social Care", "council"),
            DemoAgency("police", "Lea Valley Police", "Police", "police"),
            DemoAgency("hospital", "Stopsley Park Hospital", "Stopsley Park", "health"),
            DemoAgency("housing", "Hatters Court Housing", "Hatters Court", "housing"),
            DemoAgency("charity", "Safe Harbour Women's Project", "Safe Harbour", "voluntary"),
            DemoAgency("care", "Wardown House", "Wardown House", "care", "council"),
        ),
        BOARD,
    ),
    DemoPartnership(
        "dundee", "Dundee Protecting People (demonstration)", "Dundee PP", "DUN", Nation.SCOTLAND,
        (
            DemoAgency("council", "Tayview Council Social Work", "Social Work", "council"),
            DemoAgency("police", "Tayview Police", "Police", "police"),
            DemoAgency("hospital", "Law Hill Health Board", "Law Hill Health", "health"),
            DemoAgency("housing", "Strathmartine Homes", "Strathmartine", "housing"),
            DemoAgency("school", "Balgay Schools", "Balgay Schools", "education"),
            DemoAgency("charity", "Jute Street Recovery", "Jute Street", "voluntary"),
            DemoAgency("care", "Broughty Bay Care", "Broughty Bay", "care", "council"),
        ),
        (*BOARD, Role.CHIEF_SOCIAL_WORK_OFFICER),
    ),
    DemoPartnership(
        "south_lanarkshire", "South Lanarkshire Public Protection (demonstration)", "South Lanarkshire PP", "SLA",
        Nation.SCOTLAND,
        (
            DemoAgency("council", "Clydeside South Council Social Work", "Social Work", "council"),
            DemoAgency("police", "Clydeside South Police", "Police", "police"),
            DemoAgency("hospital", "Avon Water Health Board", "Avon Water Health", "health"),
            DemoAgency("housing", "Cadzow Tenancies", "Cadzow", "housing"),
            DemoAgency("school", "Calderglen Schools", "Calderglen Schools", "education"),
            DemoAgency("charity", "Orchard Carers' Centre", "Orchard", "voluntary"),
            DemoAgency("care", "Greenhills Care at Home", "Greenhills", "care", "council"),
        ),
        (*BOARD, Role.CHIEF_SOCIAL_WORK_OFFICER),
        (
            ("adult", "Head of Adult and Older People Services"),
            ("children-and-justice", "Head of Children and Justice Services"),
        ),
        has_themes=True,
    ),
)

P, LM, SL, SM, BR = (
    Role.PRACTITIONER, Role.LINE_MANAGER, Role.SAFEGUARDING_LEAD, Role.SENIOR_MANAGER, Role.BOARD_REPRESENTATIVE,
)

# Each line is one person with the roles they hold; in a small agency one person holds several.
STAFF: dict[str, tuple[tuple[tuple[Role, str], ...], ...]] = {
    "council": (
        ((BR, "Director of Adult Services"),), ((SM, "Service manager"),), ((SL, "Safeguarding lead"),),
        ((LM, "Team manager"),), ((P, "Social worker"),), ((P, "Occupational therapist"),),
    ),
    "police": (
        ((BR, "Superintendent"),), ((SM, "Chief inspector, public protection"),), ((SL, "Vulnerability lead"),),
        ((LM, "Detective sergeant"),), ((P, "Vulnerability officer"),),
    ),
    "health": (
        ((BR, "Chief nurse"),), ((SM, "Head of nursing"),), ((SL, "Named nurse for safeguarding"),),
        ((LM, "Ward manager"),), ((P, "Discharge coordinator"),), ((P, "District nurse"),),
    ),
    "housing": (
        ((BR, "Director of housing"),), ((SM, "Head of tenancies"),), ((SL, "Safeguarding lead"),),
        ((LM, "Neighbourhood manager"),), ((P, "Housing officer"),),
    ),
    "education": (
        ((BR, "Chief education officer"),), ((SM, "Head of inclusion"),), ((SL, "Child protection coordinator"),),
        ((LM, "Depute head teacher"),), ((P, "Guidance teacher"),),
    ),
    "voluntary": (
        ((BR, "Chair of trustees"), (SM, "Trustee")), ((LM, "Project manager"), (SL, "Safeguarding lead")),
        ((P, "Support worker"),),
    ),
    "care": (
        ((BR, "Director"), (SM, "Operations manager")), ((LM, "Registered manager"), (SL, "Safeguarding lead")),
        ((P, "Senior carer"),),
    ),
}

EMERGENCY = "Emergency duty team: 01632 960 {number}, evenings, nights and weekends."
OWN_ROUTE = "Speak to your line manager first, then to our safeguarding lead; both have a deputy when they are away."

FIRST_NAMES = (
    "Amina Bethan Callum Deepa Eilidh Farouk Grace Hamish Imogen Jerome Kirsty Lewis Morag Nadia Oliver Precious Rhona "
    "Samuel Tamsin Uzma Victor Wendy Yusuf Zofia Aidan Bronagh Catriona Dominic Esther Fergus Gwen Harriet Ikram Joanna"
).split()
LAST_NAMES = (
    "Abernethy Bakshi Colquhoun Dunleavy Eastwood Fairbairn Gillespie Hargreaves Iqbal Jephson Kershaw Lockhart Mbeki "
    "Nowak Ogilvie Pemberton Quigley Rahman Sotheran Thistlewood Underhill Venables Wetherby Yeadon Ashdown Brannigan "
    "Cathcart Drummond Ekwueme Fotheringham Garside"
).split()


def staff_name(number: int) -> str:
    """The invented name of the person with this number; the first 1054 are all different."""
    return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[(number * 12 + 5) % len(LAST_NAMES)]}"
