using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.Shift;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Numerics;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What probes of labelled texts say of an autoencoder, a line each.</summary>
public static class SaeProbes
{
    /// <summary>The name of the embedded world's biographies, which have two labels.</summary>
    public const string World = "world";

    private const int Biographies = 400, LeastOfClass = 8, MostClasses = 20;
    private static readonly int[] s_few = [1, 2, 5], s_off = [2, 5, 10, 20, 50];

    /// <summary>Measures it.</summary>
    /// <param name="session">Autoencoder and model.</param>
    /// <param name="source">A file whose prompts are texts and whose completions are their classes; or <see cref="World"/>.</param>
    /// <exception cref="PalimpsestException">The file cannot be read, or does not hold enough texts of two classes; or it is a transcoder.</exception>
    public static IReadOnlyList<string> Of(SaeSession session, string source)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(source);
        SaeConfig config = session.Sae.Config;
        if (config.Options is TranscoderOptions or TemporalOptions)
        {
            throw new PalimpsestException($"{config.Architecture}: probes take latents out of what an autoencoder gives back, token by token. Take another "
                + "architecture.");
        }

        (IReadOnlyList<string> texts, (string Name, bool[] Labels)[] classes) = source == World ? OfWorld() : OfFile(source);
        ProbeScores scores = new(session.Reader, session.Sae, [.. texts.Select(text => Cut(session, text))]);
        bool linear = config.NormalizeActivations is not (SaeNormalization.ConstantNormRescale or SaeNormalization.LayerNorm);
        return
        [
            Say($"probes of {texts.Count:N0} texts, learnt on half of them; the rates at which a class and the others are told rightly on the rest"),
            .. classes.Select(one => Say($"  {one.Name}: ") + string.Join(", ", s_few.Select(k => Say($"{k} latents {100 * scores.Sparse(one.Labels, k):F1}%")))
                + Say($"; all {config.DIn} numbers {100 * scores.Dense(one.Labels):F1}%")),
            .. !linear ? ["SCR and TPP are left out: inputs are normalised, so that outputs are not linear in the latents."] : source == World
                ? [Curve($"SCR, {classes[1].Name} taken out of {classes[0].Name}", off => scores.Scr(classes[0].Labels, classes[1].Labels, off))]
                : classes.Length > 2 ? [Curve("TPP", off => scores.Tpp([.. classes.Select(one => one.Labels)], off))] : Array.Empty<string>(),
        ];
    }

    private static (IReadOnlyList<string>, (string, bool[])[]) OfWorld()
    {
        ShiftTexts people = ShiftTexts.Of(7, Biographies, 0, heldOut: true);
        return (people.Texts, [("profession", [.. people.Wanted]), ("gender", [.. people.Spurious])]);
    }

    private static (IReadOnlyList<string>, (string, bool[])[]) OfFile(string path)
    {
        TextExample[] examples = [.. ExampleFile.Open(path, new ExampleFileOptions { CanSkipBad = false }).From(0).Select(item => item.Example)];
        new RandomStream(7, "probes").Shuffle(examples.AsSpan()); // files are often sorted by class
        string[] names = [.. examples.Select(example => example.Completion.Trim()).Distinct().Order(StringComparer.Ordinal)];
        string? rare = names.FirstOrDefault(name => examples.Count(example => example.Completion.Trim() == name) < LeastOfClass);
        return names.Length is >= 2 and <= MostClasses && rare is null
            ? ([.. examples.Select(example => example.Prompt)],
                [.. names.Select(name => (name, examples.Select(example => example.Completion.Trim() == name).ToArray()))])
            : throw new PalimpsestException($"{path}: holds {names.Length} classes in {examples.Length} texts"
                + (rare is null ? "" : $", of which \"{(rare.Length > 40 ? rare[..40] : rare).Trim()}\" has fewer than {LeastOfClass}")
                + $". Probes take 2 to {MostClasses} classes: lines such as "
                + "{\"prompt\": \"a text\", \"completion\": \"its class\"}.");
    }

    private static int[] Cut(SaeSession session, string text)
    {
        int[] ids = TokenDocuments.Of(session.Model.Tokenizer, text);
        return ids[..Math.Min(ids.Length, session.Model.Model.Config.ContextLength)];
    }

    private static string Curve(string name, Func<int, double> score) =>
        Say($"{name}: ") + string.Join(", ", s_off.Select(off => Say($"{score(off):F3} with {off} off")));

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
