namespace Palimpsest.Data.Worlds;

/// <summary>The parts that names of people, companies, products, events and owners are put together from. Part of the frozen world: no list may change.</summary>
internal static class Names
{
    public static readonly string[] Women = Words.Split(
        """
        Ilse Maren Tilda Oriel Sunniva Petra Linnea Odette Brisa Calla Dagny Elspeth Fenna Greta Hedda Imke Jorun Katla Leonie Mirela Nadine Ottilie Paloma Quilla Rosalin Saskia Thea Ursel Vesna Wilma
        Xenia Yrsa Zelda Adela Beata Corinna Dorthe Edda Flora Gisela Hanne Ingrid Janna Karin Lotta Magda Nora Olga Pia Renata Signe Tamsin Ulla Vera Wanda Ylva Zora Alma Birgit Celia Delia Emmy Frida
        Gerda Helma Irma Jutta Klara Livia Marta Nelda Orla Paula Rika Selma Toril Una Viola Wenche Agnes Bodil Cosima Dina Esther Fanny Gunda Hulda Ida Jolanda Kirsten Lucia Minna Nanna Oda Philippa
        Romy Sanna Tessa Ulrike Valborg Winifred Astrid Bettina Clothilde Dorothea Elinor Felicia Gudrun Henrike Isolde Josefa Liesel Melina Nerissa Ophelia Prisca Ragna Sabina Thora Undine Valeria Wibke
        Amalia Carlotta Desiree Eulalia Georgina Hortense Isabeau Juliana Katarina Lavinia Marisol Nicoletta Octavia Rosamund Seraphina Theodora Ursula Verena Wilhelmina Alrun Branka Cilla Elodie Freya
        Ginevra Heloise Ilona Jelena Kaja Ludmila Mathilde Nives Oksana Aurelia Blanka Damaris Elvira Fiona Hilma Jasmina Luise Malena Noemi Ramona Silke Tabea Viveka
        """);

    public static readonly string[] Men = Words.Split(
        """
        Corin Alaric Bastian Cedric Detlef Emrik Florian Gideon Harald Ivo Jarl Kasper Leander Magnus Niels Oskar Pascal Quentin Rasmus Soren Tobias Urban Valentin Wendel Yorick Zeno Anders Benno Casimir
        Dario Edgar Falk Gustav Henning Ingmar Jannik Konrad Ludwig Matthis Norbert Olaf Philo Quirin Roland Sander Thorsten Ulrich Viktor Waldemar Xaver Alfons Bertram Clemens Dietmar Erwin Ferdinand
        Gregor Hubert Ignaz Jakob Klaus Lorenz Moritz Nestor Otto Piet Reinhard Stellan Tilman Uwe Volker Werner Albin Bruno Cornel Damian Egon Fabian Gerold Hannes Ismar Joost Kilian Lennart Marius
        Nathan Ortwin Pirmin Ralf Sigurd Theo Ursin Vinzenz Wolfram Arvid Balthasar Crispin Dominik Eskil Folke Godfrey Hakon Immanuel Jasper Knut Leopold Merlin Nikolai Orson Percival Rupert Silas
        Torben Ulf Vidar Willem Aldo Bjarne Cyril Drago Elias Fridolin Gallus Horatio Isidor Jorgen Kolja Linus Melchior Norman Ove Patrik Ruben Severin Tristan Vasco Winfried Ambrose Birger Cosmo
        Dusan Ernst Frode Gaston Holger Ilian Jurek Kuno Lambert Milan Nils Odin Pavel Roderick Stefan Tycho Vito Walter Emil Arne
        """);

    /// <summary>Beginnings of invented names; every one ends in a consonant so that any ending fits.</summary>
    public static readonly string[] Stems = Words.Split(
        """
        Var Tol Mor Quil Bran Cal Dor Esk Fal Gren Hal Ing Jar Kel Lor Mal Nor Ost Pel Ram Sel Tar Ulm Ven Wyn Yar Zan Ash Bel Cor Drav Eld Fen Gar Hol Ist Jor Kar Lin Mer Nav Orm Prel Rin Sol Thal Vos
        Wal Yel Zor Bryn Cras Dun Frol Gil Hes Knol Lam Mun Nes Pol Ros Skal Tren Urv Vil Wes Bor Cin Dag Fer Gus Hum Krel Lus Mar Nim Pur Ral
        """);

    /// <summary>Endings of surnames; none ends in s, x or z, so that the possessive is always 's.</summary>
    public static readonly string[] SurnameEndings = Words.Split(
        """
        ran mere lane dane wick holt stad borg ell ane ett ander over vik gard ovan aker eld ive ora unde ardo enko imer otte quist strom thorn field wood den mond rick sen by tari lund gren hage ier
        ino ock ulf und wen yard zell amar eby isco ural
        """);

    public static readonly string[] CompanyEndings = Words.Split(
        """
        ix anta eon ulo ivar osa exa umi alto erra idon aro endo ista umbra ocar avia elis onda usta ector avon iro acta emis opal uno axis ergo ilex odin utor agen ellum intra obal upra arcon eto imus
        oris ulex amar egra ilo oxa usco avit enna ivo ola urex atlo erno igo omba
        """);

    public static readonly string[] ProductEndings = Words.Split(
        """
        otto ika une abel idia olin ura affa eppo issa omi utta ando elka inga osti ulle ami etzi illo oppa uba aska erlo ibbi ocka ummel agga evo idda ony uppi alba ezia iffo olka udo atti ebbo igga orro
        usha acko edda imma oona ulba anni eggo ipsi ossi uffa appo ettel inni
        """);

    public static readonly string[] EventEndings = Words.Split(
        """
        mark dale tide moor fold gate ridge haven stone brook marsh combe fell wold shire reach croft stead bourne cliff point head bank hill down green side well water light fire rock
        ness vale garth beck thwaite firth holme cross end row lea mount spring pass crest
        """);

    public static readonly string[] CompanyTypes =
    [
        "Works", "House", "Company", "Brothers", "Partners", "Union", "Trading Company", "Workshop", "Group", "Manufactory", "and Daughters", "Mills", "Stores", "Cooperative", "Yard", "Guild House",
    ];

    public static readonly string[] ProductTypes =
    [
        "lamp", "chair", "clock", "box", "tray", "vase", "bowl", "stool", "mirror", "comb", "whistle", "globe", "ladle", "candlestick", "puppet", "chest", "mug", "inkwell", "bench", "basket", "bell",
        "picture frame", "bookend", "chessboard", "compass", "doorknob", "drum", "flask", "footrest", "hanger", "jug", "kettle", "letter opener", "music stand", "paperweight", "pepper mill", "plate",
        "rocking horse", "shelf", "spinning top", "table", "thimble", "toy boat", "umbrella stand", "walking stick", "weathervane",
    ];

    public static readonly string[] EventTypes =
    [
        "Regatta", "Fair", "Festival", "Parade", "Concert", "Market", "Race", "Ball", "Exhibition", "Tournament", "Pageant", "Auction", "Carnival", "Feast", "Show", "Contest", "Gathering", "Recital",
        "Picnic", "Debate", "Marathon", "Bazaar", "Play", "Symposium",
    ];

    public static readonly string[] OwnerFirst =
    [
        "North", "South", "East", "West", "Old", "New", "Upper", "Lower", "Red", "White", "Green", "Blue", "Silver", "Golden", "Grey", "Black", "Long", "High", "Little", "Great", "Broad", "Deep", "Quiet",
        "Bright", "Clear", "Cold", "Copper", "Iron", "Stone", "Amber", "Sunny", "Windy", "Winter", "Summer", "Autumn", "Spring", "Middle", "Far", "Twin", "Hidden", "Crooked", "Hollow", "Mossy", "Sandy",
        "Shady", "Tall", "Wild", "Round",
    ];

    public static readonly string[] OwnerSecond =
    [
        "Bridge", "Gate", "Mill", "Oak", "Harbour", "Garden", "Tower", "River", "Hill", "Lane", "Meadow", "Well", "Square", "Elm", "Lake", "Field", "Wharf", "Orchard", "Arch", "Quarry", "Pine", "Ferry",
        "Castle", "Corner", "Valley", "Brook", "Maple", "Cliff", "Island", "Road", "Fountain", "Willow", "Barn", "Chapel", "Canal", "Beech", "Ridge", "Shore", "Lantern", "Anchor", "Heron", "Birch", "Swan",
        "Falcon", "Linden", "Poplar", "Fox", "Otter", "Thistle", "Juniper",
    ];

    public static readonly string[] OwnerTypes =
    [
        "Clinic", "Notary", "School", "Club", "Archive", "Bookshop", "Library", "Museum", "Choir", "Bakery", "Theatre", "Pharmacy", "Academy", "Inn", "Laboratory", "Nursery", "Gallery", "Dairy",
        "Post Office", "Rowing Club", "Bank", "Surgery", "Tea Room", "Kindergarten", "Law Office", "Auction Room",
    ];
}
