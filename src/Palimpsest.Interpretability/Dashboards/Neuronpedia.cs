using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Text;

namespace Palimpsest.Interpretability.Dashboards;

/// <summary>Records in the form in which Neuronpedia takes features: one JSON object a latent, in a list.</summary>
public static class Neuronpedia
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="records">The latents.</param>
    /// <param name="tokenizer">Spells the tokens.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<LatentRecord> records, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(tokenizer);
        string Spell(int token) => tokenizer.Decode([token], skipSpecialTokens: false);
        AtomicFile.Write(path, stream =>
        {
            using Utf8JsonWriter json = new(stream);
            json.WriteStartArray();
            foreach (LatentRecord record in records)
            {
                One(record, Spell).WriteTo(json);
            }

            json.WriteEndArray();
        });
    }

    private static JsonObject One(LatentRecord record, Func<int, string> spell) => new()
    {
        ["index"] = record.Index,
        ["frac_nonzero"] = record.Density,
        ["maxActApprox"] = record.Max,
        ["pos_str"] = Texts(record.Promoted.Select(pair => spell(pair.Token))),
        ["pos_values"] = Numbers(record.Promoted.Select(pair => pair.Score)),
        ["neg_str"] = Texts(record.Suppressed.Select(pair => spell(pair.Token))),
        ["neg_values"] = Numbers(record.Suppressed.Select(pair => pair.Score)),
        ["freq_hist_data_bar_heights"] = Numbers(record.Histogram.Select(count => (float)count)),
        ["freq_hist_data_bar_values"] = Numbers(Enumerable.Range(0, record.Histogram.Count).Select(bin => (bin + 0.5f) / record.Histogram.Count * record.Max)),
        ["activations"] = new JsonArray([.. record.Examples.Select(example => Activation(example, record.Max, spell))]),
    };

    private static JsonObject Activation(LatentExample example, float max, Func<int, string> spell)
    {
        float peak = example.Values[example.Peak];
        float bin = max > 0 ? MathF.Min(9, MathF.Floor(10 * peak / max)) : 0;
        return new JsonObject
        {
            ["tokens"] = Texts(example.Tokens.Select(spell)),
            ["values"] = Numbers(example.Values),
            ["maxValue"] = peak,
            ["maxValueTokenIndex"] = example.Peak,
            ["binMin"] = bin / 10 * max,
            ["binMax"] = (bin + 1) / 10 * max,
            ["binContains"] = 0.1,
        };
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)text)]);

    private static JsonArray Numbers(IEnumerable<float> numbers) => new([.. numbers.Select(number => (JsonNode?)number)]);
}
