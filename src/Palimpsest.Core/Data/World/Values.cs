namespace Palimpsest.Data.Worlds;

/// <summary>What facts can say: one pool of values a relation. Part of the frozen world: no list may change.</summary>
internal static class Values
{
    public static readonly string[] Towns = Words.Split(
        """
        Harrowmere Tarnholm Wexcombe Oldreach Saltmarren Fernhollow Graywater Pinecrest Eastwold Brindlebay Copperfell Dunsworth Elderbrook Foxmoor Glimmerford Hazelby Ironhythe Junipersby Kestrelton Lindenau
        Marlowick Nettlestead Otterbourne Palegate Quarrington Ravensey Silverstrand Thornaby Underwick Vinehurst Willowmoor Yarrowdale Zellenberg Ambleton Birchholme Cloverdon Drakesbury Emberley
        Frostwick Goldenacre Heatherby Ivyport Jasperfield Kingsmarsh Larkhaven Mossbridge Northwater Oakenshaw Pebbleton Quillport Rosenholt Starfield Tidewell Umberton Velmouth Whitcombe Ashenvale
        Barrowgate Cranmere Dewmarsh Eaglecliff Flintham Greendale Hollowick Inglemoor Jadeport Knollbridge Lowenstad Mistwood Newbarrow Osterby Plumhaven Rainford Sandhythe Tolverne Ullenford Verridge
        Wolfsbrook Yewbarrow Applethorpe Bellmarsh Candlewick Daneswell Elmstow Fairhythe Gullport Highmere Islebrook Lakenby Millhaven Nightford Orchardby Pikeholm Reedham Stonewick Tanglewood Wrenbury
        Amberstad Brackenau Cinderhill Dovecote Echovale Fallowby Grimstead Honeywell Larchmont Merrowby Nutfield Owlerton Peatmoor Roanfield Seahurst Turnhythe Vosshaven Waterby Beaconsby Cobblewick Driftholm
        """);

    public static readonly string[] Professions =
    [
        "glassblower", "baker", "surveyor", "midwife", "clockmaker", "notary", "beekeeper", "architect", "carpenter", "librarian", "optician", "potter", "translator", "gardener", "engraver", "teacher",
        "locksmith", "pharmacist", "shipwright", "tailor", "miller", "geologist", "bookbinder", "veterinarian", "editor", "printer", "cartographer", "weaver", "chimney sweep", "judge", "painter",
        "ferry pilot", "goldsmith", "accountant", "botanist", "saddler", "nurse", "organ builder", "plumber", "sculptor", "astronomer", "roofer", "interpreter", "cheesemaker", "blacksmith", "dentist",
        "photographer", "stonemason", "bricklayer", "shepherd", "electrician", "actor", "brewer", "conductor", "historian", "lighthouse keeper", "mathematician", "jeweller", "cobbler", "forester",
        "innkeeper", "postman",
    ];

    public static readonly string[] Instruments =
    [
        "cello", "violin", "flute", "oboe", "trumpet", "harp", "piano", "clarinet", "accordion", "bassoon", "guitar", "mandolin", "trombone", "zither", "organ", "lute", "viola", "banjo", "tuba", "recorder",
        "xylophone", "French horn", "double bass", "hurdy-gurdy", "harmonica", "bagpipe", "saxophone", "dulcimer",
    ];

    public static readonly string[] Dishes =
    [
        "leek soup", "baked trout", "barley porridge", "apple cake", "onion tart", "mushroom stew", "roast duck", "pumpkin soup", "plum pudding", "lentil stew", "smoked eel", "cheese pie", "rye bread",
        "potato salad", "cherry strudel", "pea soup", "fried perch", "cabbage soup", "walnut cake", "lamb stew", "rice pudding", "beetroot salad", "fish pie", "buckwheat porridge", "carrot cake",
        "spinach tart", "goose pie", "chestnut soup", "egg salad", "rhubarb crumble", "stuffed pepper", "bean stew", "lemon tart", "pickled herring", "honey cake", "nettle soup", "venison pie",
        "garlic bread", "pear compote", "turnip stew",
    ];

    public static readonly string[] Pets =
    [
        "tortoise", "parrot", "terrier", "goat", "canary", "ferret", "hedgehog", "rabbit", "greyhound", "tabby cat", "pony", "gecko", "magpie", "hamster", "dachshund", "donkey", "goldfish", "raven",
        "spaniel", "white mouse", "duck", "poodle", "black cat", "guinea pig", "falcon", "iguana", "sheepdog", "peacock", "pigeon", "chameleon", "goose", "otter",
    ];

    public static readonly string[] Hobbies =
    [
        "rowing", "bookbinding", "kite flying", "chess", "fencing", "stamp collecting", "mushroom picking", "skating", "archery", "birdwatching", "knitting", "wood carving", "stargazing", "juggling",
        "mountaineering", "fishing", "embroidery", "sailing", "calligraphy", "dancing", "gardening", "model building", "pottery", "swimming", "cycling", "cave exploring", "origami", "bowling",
        "orienteering", "candle making", "puppetry", "skiing", "basket weaving", "map drawing", "quilting", "diving", "riding", "lace making", "coin collecting", "choir singing",
    ];

    public static readonly string[] Goods =
    [
        "clocks", "sailcloth", "paper", "bicycles", "lanterns", "soap", "spectacles", "umbrellas", "violins", "pianos", "carpets", "candles", "pencils", "boots", "gloves", "telescopes", "tiles", "rope",
        "buttons", "cheese", "marmalade", "mustard", "gingerbread", "barometers", "locks", "scales", "toys", "wallpaper", "stoves", "bricks", "glassware", "cutlery", "saddles", "hats", "ribbons",
        "fishing nets", "varnish", "ink", "tea", "vinegar", "blankets", "bells", "kites", "globes", "sewing machines", "ladders", "barrels", "porcelain", "chocolate", "printing presses",
    ];

    public static readonly string[] Emblems =
    [
        .. from colour in new[] { "red", "blue", "white", "black", "green", "golden" }
           from figure in new[] { "heron", "anchor", "oak", "lion", "tower", "wheel", "salmon", "crown", "stag", "key", "rose", "sickle" }
           select colour + " " + figure,
    ];

    public static readonly string[] Colours =
    [
        "red", "dark green", "sky blue", "yellow", "black", "white", "grey", "purple", "orange", "brown", "pink", "turquoise", "cream", "crimson", "olive green", "navy blue", "silver", "gold", "violet",
        "beige", "rust red", "ivory", "lime green", "lilac", "amber", "mint green",
    ];

    public static readonly string[] Materials =
    [
        "oak", "brass", "clay", "pewter", "walnut", "marble", "bamboo", "copper", "glass", "cherry wood", "wrought iron", "porcelain", "tin", "ash wood", "bronze", "slate", "birch", "steel", "horn", "bone",
        "pine", "granite", "maple", "alabaster", "leather", "willow", "soapstone", "beech", "lacquer", "cork", "ebony", "felt",
    ];

    public static readonly string[] Prices = [.. from step in Enumerable.Range(0, 60) select (12 + (step * 7) + (step % 3)) + " crowns"];

    public static readonly string[] Dates =
    [
        .. from month in new[] { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" }
           from day in new[] { 2, 5, 8, 11, 14, 17, 20, 23, 26 }
           select day + " " + month,
    ];

    public static readonly string[] Organisers =
    [
        .. from name in new[]
           {
               "Lantern", "Weavers", "Harbour", "Millers", "Orchard", "Compass", "Candle", "Falcon", "Bakers", "Sailors", "Garden", "Marble", "Willow", "Anvil", "Quill", "Beacon", "Copper", "Thistle", "Ferry",
               "Summit",
           }
           from body in new[] { "Society", "Guild", "League" }
           select "the " + name + " " + body,
    ];

    public static readonly string[] Prizes =
    [
        "silver bell", "barrel of cider", "wooden crown", "painted plate", "woollen blanket", "basket of pears", "golden whistle", "wheel of cheese", "brass lantern", "velvet cap", "jar of honey", "crystal bowl",
        "pocket watch", "leather saddle", "new bicycle", "bag of flour", "garland of roses", "carved pipe", "smoked ham", "pewter cup", "silk scarf", "copper kettle", "box of figs", "fishing rod", "marble bust",
        "straw hat", "bottle of brandy", "ivory comb", "china doll", "folding knife", "oil painting", "pair of boots", "sack of walnuts", "feather pillow", "tin trumpet", "chest of tea",
    ];

    public static readonly string[] Rivers =
    [
        "Alder", "Bourne", "Caldra", "Dovern", "Eskel", "Fenna", "Glane", "Harva", "Ister", "Jolle", "Kenner", "Lyra", "Marden", "Nessa", "Orrin", "Pell", "Quern", "Ruhn", "Selde", "Tarva", "Ullen", "Vessel",
        "Wenn", "Yole", "Zarn", "Ambra", "Brill", "Cress", "Dartel", "Elde", "Finnow", "Gaver", "Hollen", "Inver", "Lanner", "Mistel",
    ];

    public static readonly string[] Regions =
    [
        "the Northern Marches", "the Amber Country", "the Low Fens", "the Vale of Orrin", "the Salt Lowlands", "the High Moors", "the Lake Country", "the Grey Hills", "the Western Reach", "the Pine Uplands",
        "the Honey Valley", "the Chalk Downs", "the Old Forest", "the Sunken Plain", "the Heron Delta", "the Slate Mountains", "the Eastern Heath", "the Windward Province", "the Silver Basin", "the Border Hills",
    ];

    public static readonly string[] Landmarks =
    [
        "crooked tower", "glass bridge", "stone windmill", "floating market", "twin lighthouse", "marble fountain", "painted gate", "covered staircase", "copper dome", "hanging garden", "clock hall", "star-shaped fort",
        "singing well", "rope bridge", "granite lion", "octagonal church", "tiled arcade", "sunken theatre", "great sundial", "wooden belfry", "spiral column", "iron pavilion", "hedge maze", "old water wheel",
        "bronze horse", "round library", "whispering gallery", "red granary", "echo cave", "ivy palace",
    ];

    public static readonly string[] Specialities =
    [
        "smoked eels", "blue pottery", "plum brandy", "wool blankets", "ginger biscuits", "hand-made paper", "church bells", "sour cherries", "woven baskets", "salted butter", "wooden toys", "heather honey", "glass beads",
        "herb cheese", "silk ribbons", "pear cider", "brass buttons", "mountain tea", "goose feathers", "clay pipes", "walnut oil", "rye whisky", "lace collars", "oyster soup", "almond cakes", "straw hats",
        "spring onions", "felt slippers", "rose petals", "fishing boats", "mosaic tiles", "dried apricots", "sheepskin coats", "black radishes", "candied violets", "marsh reeds",
    ];

    public static string[] Years(int first, int count) => [.. Enumerable.Range(first, count).Select(year => year.ToString(System.Globalization.CultureInfo.InvariantCulture))];
}
