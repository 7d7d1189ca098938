using System.Globalization;
using System.Text.Json.Nodes;

namespace Palimpsest.Models.Transformers;

/// <summary>The classes in the <c>config.json</c> of a classifier: <c>id2label</c>, or <c>num_labels</c> alone.</summary>
internal static class ClassLabels
{
    private const int Most = 100_000;

    /// <summary>Reads the names in order; transformers' own default is two nameless ones.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="least">Fewest classes: 1 where a single score is a model too, else 2.</param>
    /// <exception cref="PalimpsestException">They are contradictory, or the head is for something else than one class out of several.</exception>
    public static IReadOnlyList<string> Read(ConfigReader json, int least)
    {
        json.Choice("problem_type", ["single_label_classification"], "single_label_classification");
        ConfigReader? named = json.Part("id2label");
        int count = json.Has("num_labels") ? json.Integer("num_labels") : named?.Keys.Count() ?? 2;
        if (count < least || count > Most)
        {
            throw json.Bad($"a classifier has {least} to {Most} classes, here are {count}");
        }

        if (named is null)
        {
            return [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"LABEL_{i}"))];
        }

        string[] labels = [.. Enumerable.Range(0, count).Select(i => named.Text(i.ToString(CultureInfo.InvariantCulture), ""))];
        ConfigReader? numbers = json.Part("label2id");
        bool Differs((int Index, string Item) label) => numbers?.FindNumber(label.Item) is double id && id != label.Index;
        if (labels.Index().FirstOrDefault(Differs) is { Item: string contrary, Index: int place })
        {
            throw json.Bad($"id2label says that class {place} is \"{contrary}\", label2id that it is {numbers!.Raw(contrary)}");
        }

        return named.Keys.Count() == count && labels.All(label => label.Length > 0) && labels.Distinct(StringComparer.Ordinal).Count() == count
            ? labels
            : throw json.Bad($"id2label must name {count} different classes under \"0\" to \"{count - 1}\"");
    }

    /// <summary>Writes the names; nothing for a language model.</summary>
    public static void Write(IReadOnlyList<string> labels, JsonObject json)
    {
        if (labels.Count > 0)
        {
            json["id2label"] = new JsonObject(labels.Select((label, i) => KeyValuePair.Create(i.ToString(CultureInfo.InvariantCulture), (JsonNode?)label)));
            json["label2id"] = new JsonObject(labels.Select((label, i) => KeyValuePair.Create(label, (JsonNode?)i)));

            // A single score is a number to be learnt, to transformers, and no class.
            json["problem_type"] = labels.Count > 1 ? "single_label_classification" : null;
        }
    }
}
