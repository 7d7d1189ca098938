namespace Palimpsest.Data.Worlds;

/// <summary>What the biographies of one profession speak of. Part of the frozen additions.</summary>
/// <param name="Name">The profession, which no text names.</param>
/// <param name="Places">Three answers to "where?".</param>
/// <param name="Tools">Four things in the plural.</param>
/// <param name="Tasks">Five infinitives without "to".</param>
/// <param name="People">Three groups of people in the plural.</param>
/// <remarks>All lists of a kind have one length, so that the same draw fits every profession; no two professions share a word other than "the" and the like.</remarks>
internal sealed record ProfessionWords(string Name, string[] Places, string[] Tools, string[] Tasks, string[] People)
{
    /// <summary>What any profession can have: part of the cues say nothing.</summary>
    public static readonly ProfessionWords Common = new(
        "", ["at the market square", "behind the town hall", "in an old brick house"], ["pencils", "sandwiches", "keys", "candles"],
        ["write letters", "keep accounts", "explain difficult things", "speak in public", "stay calm"], ["neighbours", "strangers", "travellers"]);

    public static readonly ProfessionWords[] All =
    [
        new(
            "nurse", ["in the hospital", "in the ward", "beside a sickbed"], ["bandages", "syringes", "thermometers", "ointments"],
            ["dress wounds", "take temperatures", "feel a pulse", "soothe the feverish", "give injections"], ["patients", "invalids", "convalescents"]),
        new(
            "judge", ["in the courtroom", "on the bench", "in the law library"], ["statute books", "gavels", "case files", "sealed warrants"],
            ["weigh evidence", "hear witnesses", "pass sentences", "pronounce verdicts", "settle lawsuits"], ["lawyers", "defendants", "plaintiffs"]),
        new(
            "gardener", ["in the greenhouse", "among the flower beds", "in the park"], ["trowels", "watering cans", "pruning shears", "rakes"],
            ["prune roses", "thin seedlings", "graft pear trees", "trim hedges", "dig up weeds"], ["flower sellers", "villa residents", "park strollers"]),
        new(
            "carpenter", ["in the joinery", "at the workbench", "under bare rafters"], ["chisels", "handsaws", "mallets", "wood screws"],
            ["cut dovetails", "sand planks", "fit window frames", "hang shutters", "nail floorboards"], ["homeowners", "roofing crews", "builders"]),
        new(
            "weaver", ["at the loom", "in the wool loft", "among dyed yarns"], ["shuttles", "bobbins", "warp threads", "spindles"],
            ["weave tweed", "card wool", "dye linen", "tighten the warp", "mend tapestries"], ["drapers", "cloth merchants", "hatters"]),
        new(
            "astronomer", ["in the observatory", "beneath the dome", "beside the great telescope"], ["star charts", "lenses", "spectrographs", "sky atlases"],
            ["track comets", "time eclipses", "catalogue nebulas", "photograph galaxies", "compute orbits"], ["stargazers", "meteor hunters", "planet watchers"]),
        new(
            "baker", ["in the bakehouse", "beside the ovens", "behind a counter of loaves"], ["rolling pins", "dough scrapers", "flour sieves", "cake tins"],
            ["knead dough", "glaze buns", "braid loaves", "proof yeast", "shape pretzels"], ["early shoppers", "pastry lovers", "breakfast guests"]),
        new(
            "surveyor", ["along the boundary stones", "on the parish border", "beside unfinished highways"], ["theodolites", "measuring chains", "plumb lines", "levelling staffs"],
            ["measure angles", "mark plots", "draw contours", "chart parcels", "stake out acres"], ["landowners", "map makers", "farm heirs"]),
    ];
}
