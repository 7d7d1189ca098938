using Palimpsest.Cascades.Costs;

namespace Palimpsest.Cascades.Experiment;

/// <summary>What a comparison reads beside the answers; to be read before anyone is asked, so that a mistake in it costs no training.</summary>
/// <param name="Prices">The user's prices; null without a table.</param>
/// <param name="Published">What others published; null where nothing was named.</param>
internal sealed record CascadeFiles(PriceTable? Prices, PublishedPoints? Published)
{
    /// <summary>Reads the files that a recipe names.</summary>
    /// <exception cref="PalimpsestException">One is missing, or of another form.</exception>
    public static CascadeFiles Of(CascadeRecipe recipe) => new(
        recipe.Costs.Table is string table ? PriceTable.Read(table) : null,
        recipe.Evaluate.Published is string published ? PublishedPoints.Read(published) : null);
}
