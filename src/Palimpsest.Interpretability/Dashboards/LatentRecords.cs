using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Dashboards;

/// <summary>Collects what is shown of latents: one pass over texts, whatever their number, with a few examples kept a latent.</summary>
public sealed class LatentRecords
{
    private const int Bins = 10, DocumentsPerPart = 64, LatentsPerPart = 512;

    private readonly SparseAutoencoder _sae;
    private readonly int _examples, _around;
    private readonly long[] _fired;
    private readonly float[] _max;
    private readonly int[][] _histograms;
    private readonly PriorityQueue<LatentExample, float>[] _kept;
    private long _tokens;

    /// <summary>Nothing yet.</summary>
    /// <param name="sae">The autoencoder.</param>
    /// <param name="examples">Examples a latent.</param>
    /// <param name="around">Tokens shown on each side of the strongest.</param>
    public LatentRecords(SparseAutoencoder sae, int examples = 8, int around = 10)
    {
        (_sae, _examples, _around) = (sae ?? throw new ArgumentNullException(nameof(sae)), examples, around);
        int latents = sae.Config.DSae;
        (_fired, _max) = (new long[latents], new float[latents]);
        _histograms = [.. Enumerable.Range(0, latents).Select(_ => new int[Bins])];
        _kept = [.. Enumerable.Range(0, latents).Select(_ => new PriorityQueue<LatentExample, float>())];
    }

    /// <summary>Reads texts. The largest activations are found first, so that histograms have fixed bins.</summary>
    /// <param name="reader">Reads the activations.</param>
    /// <param name="documents">Tokens of each text.</param>
    public void Read(ActivationReader reader, IReadOnlyList<int[]> documents)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(documents);
        Pass(reader, documents, (_, acts, latents) =>
        {
            for (int i = 0; i < acts.Length; i++)
            {
                _max[i % latents] = Math.Max(_max[i % latents], acts[i]);
            }
        });
        Pass(reader, documents, Take);
    }

    /// <summary>The records, in the order of the latents.</summary>
    /// <param name="model">Gives the scores of tokens; null where directions do not lie in its residual stream.</param>
    /// <param name="logits">Tokens shown of each sign.</param>
    public IReadOnlyList<LatentRecord> Of(CausalModel? model, int logits = 8)
    {
        List<LatentRecord> records = [];
        for (int from = 0; from < _max.Length; from += LatentsPerPart)
        {
            int count = Math.Min(LatentsPerPart, _max.Length - from);
            (IReadOnlyList<(int, float)>[] up, IReadOnlyList<(int, float)>[] down) = Scores(model, from, count, logits);
            records.AddRange(Enumerable.Range(from, count).Select(latent => new LatentRecord
            {
                Index = latent,
                Density = _tokens == 0 ? 0 : _fired[latent] / (double)_tokens,
                Max = _max[latent],
                Histogram = _histograms[latent],
                Examples = [.. _kept[latent].UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)],
                Promoted = up[latent - from],
                Suppressed = down[latent - from],
            }));
        }

        return records;
    }

    private void Pass(ActivationReader reader, IReadOnlyList<int[]> documents, Action<ActivationBatch, float[], int> take)
    {
        using IDisposable noGrad = no_grad();
        for (int from = 0; from < documents.Count; from += DocumentsPerPart)
        {
            using DisposeScope scope = NewDisposeScope();
            ActivationBatch rows = reader.Read([.. documents.Skip(from).Take(DocumentsPerPart)]);
            take(rows, TensorBytes.ToArray(_sae.Encode(tensor(rows.Values, [rows.Rows, rows.Width])).Acts), _sae.Config.DSae);
        }
    }

    private void Take(ActivationBatch rows, float[] acts, int latents)
    {
        _tokens += rows.Rows;
        for (int row = 0; row < rows.Rows; row++)
        {
            for (int latent = 0; latent < latents; latent++)
            {
                float value = acts[((long)row * latents) + latent];
                if (value <= 0)
                {
                    continue;
                }

                _fired[latent]++;
                _histograms[latent][Math.Min(Bins - 1, (int)(Bins * value / _max[latent]))]++;
                PriorityQueue<LatentExample, float> kept = _kept[latent];
                if (kept.Count < _examples || value > kept.Peek().Values[kept.Peek().Peak])
                {
                    Keep(kept, Around(rows, acts, latents, row, latent), value);
                }
            }
        }
    }

    // One example a document: neighbours of a peak would fill the list.
    private void Keep(PriorityQueue<LatentExample, float> kept, LatentExample example, float value)
    {
        foreach ((LatentExample other, float priority) in kept.UnorderedItems)
        {
            if (other.Tokens.Intersect(example.Tokens).Count() == other.Tokens.Distinct().Count() && other.Tokens.Count == example.Tokens.Count)
            {
                if (priority >= value)
                {
                    return;
                }

                kept.Remove(other, out _, out _);
                break;
            }
        }

        kept.Enqueue(example, value);
        if (kept.Count > _examples)
        {
            kept.Dequeue();
        }
    }

    private LatentExample Around(ActivationBatch rows, float[] acts, int latents, int row, int latent)
    {
        int from = row, to = row + 1;
        while (from > 0 && row - from < _around && rows.Documents[from - 1] == rows.Documents[row])
        {
            from--;
        }

        while (to < rows.Rows && to - row <= _around && rows.Documents[to] == rows.Documents[row])
        {
            to++;
        }

        return new LatentExample(rows.Tokens[from..to], [.. Enumerable.Range(from, to - from).Select(at => acts[((long)at * latents) + latent])], row - from);
    }

    // What a direction adds to the scores of tokens, through the output matrix alone: the final norm is not looked at.
    private (IReadOnlyList<(int, float)>[] Up, IReadOnlyList<(int, float)>[] Down) Scores(CausalModel? model, int from, int count, int logits)
    {
        if (model is null || _sae.Config.OutputWidth != model.Config.HiddenSize)
        {
            IReadOnlyList<(int, float)>[] none = [.. Enumerable.Repeat<IReadOnlyList<(int, float)>>([], count)];
            return (none, none);
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = model.Head.Weight.to_type(ScalarType.Float32);
        Tensor scores = _sae.Decoder.narrow(0, from, count).to_type(ScalarType.Float32).matmul(weight.t()); // [latents, vocabulary]
        int shown = Math.Min(logits, model.Config.VocabularySize);
        return (Best(scores, shown, true), Best(scores, shown, false));
    }

    private static IReadOnlyList<(int, float)>[] Best(Tensor scores, int shown, bool largest)
    {
        (Tensor values, Tensor places) = scores.topk(shown, -1, largest);
        float[] numbers = TensorBytes.ToArray(values);
        long[] tokens = [.. places.contiguous().data<long>()];
        return [.. Enumerable.Range(0, (int)scores.size(0)).Select(row => (IReadOnlyList<(int, float)>)
            [.. Enumerable.Range(row * shown, shown).Select(i => ((int)tokens[i], numbers[i]))])];
    }
}
