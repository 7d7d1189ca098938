using System.Globalization;
using Microsoft.Extensions.AI;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.Dashboards;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>What a chat model says that latents stand for, and how well its explanations tell where they fire, a line each.</summary>
public static class LatentExplanations
{
    private const int Firing = 10, Silent = 64, Width = 21;

    /// <summary>Asks about latents. Every second example explains, the others judge.</summary>
    /// <param name="session">Autoencoder and model.</param>
    /// <param name="documents">Tokens of each text.</param>
    /// <param name="latents">Numbers of latents.</param>
    /// <param name="client">The model that is asked.</param>
    /// <param name="seed">Chooses wrong marks.</param>
    /// <param name="stop">Ends the questions.</param>
    /// <exception cref="PalimpsestException">There is no such latent.</exception>
    public static async IAsyncEnumerable<string> OfAsync(SaeSession session, IReadOnlyList<int[]> documents, IReadOnlyList<int> latents, IChatClient client,
        long seed, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(latents);
        SaeSplice.Setting(latents, session.Sae.Config.DSae);
        LatentRecords read = new(session.Sae, Firing);
        read.Read(session.Reader, documents);
        IReadOnlyList<LatentRecord> records = read.Of(null);
        IReadOnlyList<LatentWindow>[] beginnings = Beginnings(session, [.. documents.Take(Silent)], latents);
        ChatExplainer explainer = new(client, session.Model.Tokenizer);
        foreach ((int i, int latent) in latents.Index())
        {
            LatentWindow[] firing = [.. records[latent].Examples.Select(example => new LatentWindow(example.Tokens, example.Values))];
            LatentWindow[] shown = [.. firing.Where((_, place) => place % 2 == 0)], judged = [.. firing.Where((_, place) => place % 2 == 1)];
            if (judged.Length == 0)
            {
                yield return Say($"{latent}: fires in {firing.Length} places, too few to explain it and to judge that. Give more texts.");
                continue;
            }

            string explanation = await explainer.ExplainAsync(shown, stop).ConfigureAwait(false);
            LatentWindow[] silent = [.. beginnings[i].Where(window => !window.Fires).Take(judged.Length)];
            (_, _, double found, double detection) = await explainer.DetectAsync(explanation, [.. judged, .. silent], stop).ConfigureAwait(false);
            (_, _, double marked, double fuzzing) =
                await explainer.FuzzAsync(explanation, judged, new RandomStream(seed, "explanations"), stop).ConfigureAwait(false);
            yield return Say($"{latent}: {explanation.ReplaceLineEndings(" ")}");
            yield return Say($"  detection: F1 {found:F2}, balanced {detection:F2}; fuzzing: F1 {marked:F2}, balanced {fuzzing:F2}; {judged.Length} examples ")
                + Say($"and {silent.Length} texts without it");
        }
    }

    // The first tokens of each text, with every latent's values there.
    private static IReadOnlyList<LatentWindow>[] Beginnings(SaeSession session, int[][] documents, IReadOnlyList<int> latents)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ActivationBatch rows = session.Reader.Read(documents);
        float[] acts = TensorBytes.ToArray(session.Sae.Encode(tensor(rows.Values, [rows.Rows, rows.Width])).Acts);
        int[][] places = [.. Enumerable.Range(0, rows.Rows).GroupBy(row => rows.Documents[row]).Select(group => group.Take(Width).ToArray())];
        int count = session.Sae.Config.DSae;
        return [.. latents.Select(latent => (IReadOnlyList<LatentWindow>)[.. places.Select(own =>
            new LatentWindow([.. own.Select(row => rows.Tokens[row])], [.. own.Select(row => acts[((long)row * count) + latent])]))])];
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
