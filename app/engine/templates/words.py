"""What dynamic values are made of."""

FIRST_NAMES = (
    "Ada", "Alan", "Amina", "Barbara", "Chen", "Dennis", "Edsger", "Fatima", "Grace", "Haruki",
    "Ines", "Jamal", "Katherine", "Linus", "Margaret", "Niklaus", "Olga", "Pedro", "Radia", "Sofia",
)  # fmt: skip
LAST_NAMES = (
    "Abe", "Bauer", "Costa", "Dijkstra", "Eriksen", "Fischer", "Garcia", "Hopper", "Ito", "Jensen",
    "Kowalska", "Lovelace", "Moreau", "Nakamura", "Okafor", "Perlman", "Rossi", "Singh", "Turing",
    "Wirth",
)  # fmt: skip
CITIES = (
    "Accra", "Berlin", "Bogota", "Cairo", "Dublin", "Hanoi", "Helsinki", "Jakarta", "Lagos", "Lima",
    "Lyon", "Madrid", "Nairobi", "Osaka", "Oslo", "Porto", "Pune", "Quito", "Seoul", "Toronto",
)  # fmt: skip
COUNTRIES = (
    ("DE", "Germany"), ("BR", "Brazil"), ("CA", "Canada"), ("EG", "Egypt"), ("ES", "Spain"),
    ("FR", "France"), ("GB", "United Kingdom"), ("IN", "India"), ("JP", "Japan"), ("KE", "Kenya"),
    ("KR", "South Korea"), ("NG", "Nigeria"), ("NO", "Norway"), ("PE", "Peru"), ("PT", "Portugal"),
    ("US", "United States"),
)  # fmt: skip
STREETS = (
    "Bridge Street", "Church Lane", "Garden Road", "High Street", "Lake View", "Market Square",
    "Mill Lane", "Oak Avenue", "River Road", "Station Street",
)  # fmt: skip
COMPANY_SUFFIXES = ("GmbH", "Inc", "Labs", "Ltd", "Partners", "Works")
COLORS = (
    "amber", "black", "blue", "coral", "cyan", "gold", "green", "indigo", "magenta", "olive",
    "orange", "pink", "purple", "red", "silver", "teal", "violet", "white", "yellow",
)  # fmt: skip
WORDS = (
    "apple", "basket", "bridge", "candle", "carpet", "cloud", "copper", "desert", "engine",
    "feather", "forest", "garden", "hammer", "island", "jacket", "kettle", "ladder", "lantern",
    "meadow", "mirror", "needle", "ocean", "orchard", "paper", "pepper", "planet", "pocket",
    "river", "saddle", "silver", "spring", "stone", "summer", "table", "thunder", "timber",
    "valley", "velvet", "window", "winter",
)  # fmt: skip
