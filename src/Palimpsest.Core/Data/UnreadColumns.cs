namespace Palimpsest.Data;

/// <summary>Columns of known sets that change what is learnt and that no form here reads. An example that has one is refused, unless the columns of its form
/// were named, which says that the rest is to be left out.</summary>
/// <remarks>All other columns are notes on an example (names, sources, scores, hashes, dates, splits): no form of data gives them a part in what is learnt, and
/// they are left unread.</remarks>
internal static class UnreadColumns
{
    private const string Before = "which would stand before what is learnt", Media = "which is no text", Made = "which was made by another program's tokenizer";
    private const string Preference = "which is for learning from preferences", Weighing = "which says how much of an example is learnt";

    private static readonly Dictionary<string, string> s_reasons = new(StringComparer.Ordinal)
    {
        ["system"] = Before,
        ["system_prompt"] = Before,
        ["history"] = Before,
        ["input"] = Before,
        ["context"] = Before,
        ["documents"] = Before,
        ["tools"] = Before,
        ["functions"] = Before,
        ["chat_template_kwargs"] = Before,
        ["image"] = Media,
        ["images"] = Media,
        ["audio"] = Media,
        ["audios"] = Media,
        ["video"] = Media,
        ["videos"] = Media,
        ["chosen"] = Preference,
        ["rejected"] = Preference,
        ["label"] = "which names a class and would not be learnt",
        ["labels"] = "which names classes or tokens and would not be learnt",
        ["weight"] = Weighing,
        ["weights"] = Weighing,
        ["completion_mask"] = Weighing,
        ["assistant_masks"] = Weighing,
        ["input_ids"] = Made,
        ["attention_mask"] = Made,
    };

    /// <summary>All names that are refused.</summary>
    public static IReadOnlyCollection<string> Names => s_reasons.Keys;

    /// <summary>Says that a column is there: two sentences without the last full stop.</summary>
    public static string Problem(string name) =>
        $"there is \"{name}\" too, {s_reasons[name]} and is not read. Remove it, or name the columns of the form (data.columns) so that all others "
            + "are left out";
}
