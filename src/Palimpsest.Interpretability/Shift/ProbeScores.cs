using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Shift;

/// <summary>What probes of labelled texts say of an autoencoder: k-sparse probing, SCR and TPP of SAEBench. Learnt on the first half of the texts, measured on
/// the second.</summary>
/// <remarks>Means over the tokens of each text; see <see cref="SpuriousRemoval"/>.</remarks>
public sealed class ProbeScores
{
    private const int DocumentsPerPart = 64, LatentsPerPart = 512;

    private readonly float[][] _states, _acts;
    private readonly Lazy<float[][]> _directions;
    private readonly int _half;
    private readonly Dictionary<IReadOnlyList<bool>, LinearProbe> _probes = new(ReferenceEqualityComparer.Instance); // each is asked for again and again

    /// <summary>Reads texts.</summary>
    /// <param name="reader">Reads the activations.</param>
    /// <param name="sae">The autoencoder.</param>
    /// <param name="documents">Tokens of each text, at least four.</param>
    public ProbeScores(ActivationReader reader, SparseAutoencoder sae, IReadOnlyList<int[]> documents)
    {
        ArgumentNullException.ThrowIfNull(sae);
        ArgumentNullException.ThrowIfNull(documents);
        _states = StateVectors.Means(reader, documents);
        _acts = [.. documents.Chunk(DocumentsPerPart).SelectMany(part => Means(reader, sae, part))];
        _directions = new(() => Directions(sae));
        _half = documents.Count / 2;
    }

    /// <summary>How well k latents tell a class, as the mean of the rates at which it and the others are told rightly.</summary>
    /// <param name="labels">Whether each text belongs to the class.</param>
    /// <param name="k">How many latents.</param>
    public double Sparse(IReadOnlyList<bool> labels, int k) => SpuriousRemoval.SparseProbing(_acts, labels, k);

    /// <summary>The same of a probe that reads the states themselves.</summary>
    /// <param name="labels">Whether each text belongs to the class.</param>
    public double Dense(IReadOnlyList<bool> labels) => Balanced(Probe(labels), _states[_half..], labels);

    /// <summary>How much of what a balanced probe is better than one that learnt where two labels go together comes back when latents of the spurious one are
    /// off.</summary>
    /// <param name="wanted">What is to be told.</param>
    /// <param name="spurious">What goes with it in the texts that the probe learns from, those where both are the same.</param>
    /// <param name="off">Latents that are switched off.</param>
    public double Scr(IReadOnlyList<bool> wanted, IReadOnlyList<bool> spurious, int off)
    {
        int[] biased = [.. Enumerable.Range(0, _half).Where(i => wanted[i] == spurious[i])];
        LinearProbe probe = LinearProbe.Train([.. biased.Select(i => _states[i])], [.. biased.Select(i => wanted[i])]);
        return SpuriousRemoval.Scr(Balanced(probe, _states[_half..], wanted), Balanced(probe, Without(spurious, off), wanted), Dense(wanted));
    }

    /// <summary>What the probe of a class loses when its latents are off, less what the other classes' probes lose; the mean over the classes.</summary>
    /// <param name="classes">Whether each text belongs to each class.</param>
    /// <param name="off">Latents that are switched off.</param>
    public double Tpp(IReadOnlyList<IReadOnlyList<bool>> classes, int off)
    {
        ArgumentNullException.ThrowIfNull(classes);
        LinearProbe[] probes = [.. classes.Select(Probe)];
        return classes.Index().Average(one =>
        {
            float[][] states = Without(one.Item, off);
            double[] losses = [.. classes.Zip(probes, (labels, probe) => Balanced(probe, _states[_half..], labels) - Balanced(probe, states, labels))];
            return SpuriousRemoval.Tpp(losses[one.Index], [.. losses.Where((_, other) => other != one.Index)]);
        });
    }

    private LinearProbe Probe(IReadOnlyList<bool> labels)
    {
        if (!_probes.TryGetValue(labels, out LinearProbe? probe))
        {
            _probes.Add(labels, probe = LinearProbe.Train(_states[.._half], [.. labels.Take(_half)]));
        }

        return probe;
    }

    private float[][] Without(IReadOnlyList<bool> labels, int off) => SpuriousRemoval.Without(_states[_half..], _acts[_half..],
        SpuriousRemoval.Ranked(_acts[.._half], [.. labels.Take(_half)], Probe(labels), _directions.Value).Take(off), _directions.Value);

    private double Balanced(LinearProbe probe, float[][] states, IReadOnlyList<bool> labels) =>
        Detector.Scores([.. states.Select(probe.Says)], [.. labels.Skip(_half)]).Balanced;

    private static float[][] Means(ActivationReader reader, SparseAutoencoder sae, int[][] documents)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ActivationBatch rows = reader.Read(documents);
        Tensor acts = sae.Encode(tensor(rows.Values, [rows.Rows, rows.Width])).Acts;
        Tensor texts = tensor(rows.Documents.Select(i => (long)i).ToArray());
        Tensor sums = zeros([documents.Length, acts.size(1)], acts.dtype).index_add(0, texts, acts, Scalars.One);
        Tensor counts = tensor(documents.Select(document => Math.Max(1f, reader.Kept(document))).ToArray(), [documents.Length, 1]);
        return [.. TensorBytes.ToArray(sums.div(counts)).Chunk((int)acts.size(1))];
    }

    // What a latent of 1 adds to the outputs, whatever lengths are divided out.
    private static float[][] Directions(SparseAutoencoder sae)
    {
        using IDisposable noGrad = no_grad();
        List<float[]> rows = [];
        for (int from = 0; from < sae.Config.DSae; from += LatentsPerPart)
        {
            using DisposeScope scope = NewDisposeScope();
            SaeCode code = sae.Encode(zeros(1, sae.Config.DIn));
            Tensor places = arange(from, Math.Min(from + LatentsPerPart, sae.Config.DSae), ScalarType.Int64);
            Tensor single = nn.functional.one_hot(places, sae.Config.DSae).to_type(code.Acts.dtype);
            rows.AddRange(TensorBytes.ToArray(Ops.Subtract(sae.Decode(single, code), sae.Decode(zeros_like(single), code))).Chunk(sae.Config.OutputWidth));
        }

        return [.. rows];
    }
}
