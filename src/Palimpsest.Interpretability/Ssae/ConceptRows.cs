using Palimpsest.Data.Worlds;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Text;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>Which tokens end the mention of a known concept, and which latents tell them from all others.</summary>
public sealed class ConceptRows
{
    private const int Least = 4; // mentions in each half, below which an F1 says nothing

    private readonly int[] _concepts; // one a row, -1 for none
    private readonly bool[] _half;

    private ConceptRows(int[] concepts, bool[] half) => (_concepts, _half) = (concepts, half);

    /// <summary>Marks the rows of documents.</summary>
    /// <param name="tokenizer">Cut the documents into tokens.</param>
    /// <param name="documents">The documents, whole.</param>
    /// <param name="rows">Their activations, with places.</param>
    public static ConceptRows Of(Tokenizer tokenizer, IReadOnlyList<TopicDocument> documents, ActivationBatch rows)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(rows);
        Dictionary<(int Document, int Place), int> ends = [];
        for (int document = 0; document < documents.Count; document++)
        {
            int[] whole = TokenDocuments.Of(tokenizer, documents[document].Text);
            foreach (ConceptMention mention in documents[document].Mentions)
            {
                int[] until = TokenDocuments.Of(tokenizer, documents[document].Text[..(mention.Start + mention.Length)]);
                int length = until.Length - (whole[^1] == until[^1] ? 1 : 0); // both end with the end token, where there is one
                if (length > 0 && whole.AsSpan().StartsWith(until.AsSpan(0, length)))
                {
                    ends[(document, length - 1)] = mention.Concept;
                }
            }
        }

        return new ConceptRows(
            [.. Enumerable.Range(0, rows.Rows).Select(row => ends.GetValueOrDefault((rows.Documents[row], rows.Places[row]), -1))],
            [.. rows.Documents.Select(document => document % 2 == 0)]);
    }

    /// <summary>For each concept the latent that tells its last tokens best in every second document, and how well it does in the others.</summary>
    /// <param name="acts">[rows * latents]</param>
    /// <param name="latents">Number of latents.</param>
    public IReadOnlyList<ConceptFinding> Find(float[] acts, int latents)
    {
        ArgumentNullException.ThrowIfNull(acts);
        int count = TopicStream.Concepts.Count;
        int[][] mentions = [.. Enumerable.Range(0, 2).Select(half => Enumerable.Range(0, count).Select(concept => Count(concept, half == 0)).ToArray())];
        (double F1, int Latent, double Threshold)[] best = new (double, int, double)[count];
        for (int latent = 0; latent < latents; latent++)
        {
            (float Value, int Concept)[] fired = [.. Fired(acts, latents, latent, half: true).OrderByDescending(row => row.Value)];
            foreach (int concept in fired.Select(row => row.Concept).Distinct().Where(concept => concept >= 0))
            {
                (double f1, double threshold) = Best(fired, concept, mentions[0][concept]);
                best[concept] = f1 > best[concept].F1 ? (f1, latent, threshold) : best[concept];
            }
        }

        List<ConceptFinding> found = [];
        for (int concept = 0; concept < count; concept++)
        {
            if (mentions[0][concept] < Least || mentions[1][concept] < Least)
            {
                continue;
            }

            (float Value, int Concept)[] told = best[concept].F1 == 0 ? []
                : [.. Fired(acts, latents, best[concept].Latent, half: false).Where(row => row.Value >= best[concept].Threshold)];
            double right = told.Count(row => row.Concept == concept);
            found.Add(new ConceptFinding(TopicStream.Concepts[concept], mentions[0][concept] + mentions[1][concept], best[concept].Latent,
                2 * right / (told.Length + mentions[1][concept])));
        }

        return found;
    }

    private int Count(int concept, bool half) => Enumerable.Range(0, _concepts.Length).Count(row => _half[row] == half && _concepts[row] == concept);

    private IEnumerable<(float Value, int Concept)> Fired(float[] acts, int latents, int latent, bool half)
    {
        for (int row = 0; row < _concepts.Length; row++)
        {
            float value = acts[((long)row * latents) + latent];
            if (_half[row] == half && value > 0)
            {
                yield return (value, _concepts[row]);
            }
        }
    }

    private static (double F1, double Threshold) Best((float Value, int Concept)[] fired, int concept, int all)
    {
        (double F1, double Threshold) best = (0, double.PositiveInfinity);
        int right = 0;
        for (int i = 0; i < fired.Length; i++)
        {
            right += fired[i].Concept == concept ? 1 : 0;
            double f1 = 2.0 * right / (i + 1 + all);
            if (f1 > best.F1 && (i + 1 == fired.Length || fired[i + 1].Value != fired[i].Value))
            {
                best = (f1, fired[i].Value);
            }
        }

        return best;
    }
}
