using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Palimpsest.Common;
using Palimpsest.Text;

namespace Palimpsest.Interpretability.Dashboards;

/// <summary>A page of latents in one file: a list that can be searched and sorted, and of the chosen one its examples with coloured tokens, a histogram and
/// scores.</summary>
/// <remarks>Only the rows of the list that are in sight and the chosen latent are drawn, so that thousands of latents open at once. It loads nothing from
/// elsewhere;
/// texts from outside are put in as text, never as markup.</remarks>
public static class LatentPage
{
    private const int Levels = 99;

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">Its title.</param>
    /// <param name="records">The latents.</param>
    /// <param name="tokenizer">Spells the tokens.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, string title, IReadOnlyList<LatentRecord> records, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(tokenizer);
        int[] used = [.. records.SelectMany(record => record.Examples.SelectMany(example => example.Tokens)
            .Concat(record.Promoted.Concat(record.Suppressed).Select(pair => pair.Token))).Distinct().Order()];
        Dictionary<int, int> places = used.Index().ToDictionary(item => item.Item, item => item.Index);
        string data = JsonSerializer.Serialize(new
        {
            title,
            words = used.Select(token => tokenizer.Decode([token], skipSpecialTokens: false)),
            latents = records.Select(record => new
            {
                d = Math.Round(record.Density, 6),
                m = MathF.Round(record.Max, 3),
                h = record.Histogram,
                e = record.Examples.Select(example => new object[]
                {
                    example.Tokens.Select(token => places[token]), example.Values.Select(value => record.Max > 0
                        ? (int)MathF.Round(Levels * value / record.Max) : 0), example.Peak,
                }),
                p = record.Promoted.Select(pair => new[] { places[pair.Token], MathF.Round(pair.Score, 2) }),
                n = record.Suppressed.Select(pair => new[] { places[pair.Token], MathF.Round(pair.Score, 2) }),
            }),
        }, s_json);

        // The encoder writes every < and > as an escape, so that no text can end the script.
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(Page().Replace("/*DATA*/", data, StringComparison.Ordinal))));
    }

    private static string Page()
    {
        using Stream page = typeof(LatentPage).Assembly.GetManifestResourceStream("LatentPage.html")!;
        using StreamReader reader = new(page);
        return reader.ReadToEnd();
    }
}
