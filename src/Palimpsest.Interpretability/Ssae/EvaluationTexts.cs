using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>Texts on which reconstructions are compared: their activations and the model's losses are made once.</summary>
public sealed class EvaluationTexts
{
    private const int RowsPerPart = 4096;

    private readonly SplicedLosses _losses;

    /// <summary>Reads the texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reader">Reads its activations.</param>
    /// <param name="documents">Tokens of each text.</param>
    /// <param name="special">Tokens that keep their activations.</param>
    public EvaluationTexts(CausalModel model, ActivationReader reader, IReadOnlyList<int[]> documents, IReadOnlyList<int> special)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Rows = reader.Read(documents);
        _losses = new SplicedLosses(model, reader.Hook, documents, special, reader.HookOut);
        Clean = _losses.CrossEntropies().Average();
        Zeroed = _losses.CrossEntropies(SplicedLosses.Zero).Average();
    }

    /// <summary>The activations, in order.</summary>
    public ActivationBatch Rows { get; }

    /// <summary>Cross-entropy of the model as it is, nats a token.</summary>
    public double Clean { get; }

    /// <summary>Cross-entropy with zeroed activations.</summary>
    public double Zeroed { get; }

    /// <summary>Reconstructs all rows with one autoencoder or transcoder.</summary>
    /// <param name="sae">Made for inference.</param>
    public (SetFigures Figures, SaeFigures Details) Measure(SparseAutoencoder sae)
    {
        ArgumentNullException.ThrowIfNull(sae);
        using IDisposable noGrad = no_grad();
        SaeStatistics statistics = new(Rows.TargetWidth, sae.Config.DSae);
        for (int from = 0; from < Rows.Rows; from += RowsPerPart)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(RowsPerPart, Rows.Rows - from);
            Tensor x = tensor(Rows.Values.AsSpan(from * Rows.Width, count * Rows.Width).ToArray(), [count, Rows.Width]);
            Tensor target = Rows.Targets is null ? x : tensor(Rows.Targets.AsSpan(from * Rows.TargetWidth, count * Rows.TargetWidth).ToArray(),
                [count, Rows.TargetWidth]);
            SaeCode code = sae.Encode(x);
            statistics.Add(target, sae.Output(code), code.Acts, [.. Rows.Documents.AsSpan(from, count)]);
        }

        SaeFigures details = statistics.Read();
        double spliced = _losses.CrossEntropies((x, keep) => Rows.Targets is null ? where(keep.unsqueeze(-1), x, sae.Output(sae.Encode(x)))
            : sae.Output(sae.Encode(x))).Average();
        return (new SetFigures(details.L0, details.ExplainedVariance, spliced, SplicedLosses.Recovered(Clean, spliced, Zeroed), details.Dead), details);
    }

    /// <summary>Reconstructs all rows.</summary>
    /// <param name="sae">The reconstruction.</param>
    /// <returns>Figures, the latents [rows * latents], and the squared error of each row.</returns>
    public (SetFigures Figures, float[] Acts, double[] Errors) Measure(Reconstruction sae)
    {
        ArgumentNullException.ThrowIfNull(sae);
        using IDisposable noGrad = no_grad();
        SaeStatistics statistics = new(Rows.Width, sae.Latents);
        float[] acts = new float[(long)Rows.Rows * sae.Latents];
        double[] errors = new double[Rows.Rows];
        for (int from = 0; from < Rows.Rows; from += RowsPerPart)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(RowsPerPart, Rows.Rows - from);
            Tensor x = tensor(Rows.Values.AsSpan(from * Rows.Width, count * Rows.Width).ToArray(), [count, Rows.Width]);
            (Tensor output, Tensor made) = sae.Of(x);
            statistics.Add(x, output, made, [.. Rows.Documents.AsSpan(from, count)]);
            TensorBytes.ToArray(made).CopyTo(acts.AsSpan(from * sae.Latents));
            Tensor error = Ops.Subtract(x, output);
            int row = from;
            foreach (float value in TensorBytes.ToArray(error.mul(error).sum(dim: 1)))
            {
                errors[row++] = value;
            }
        }

        SaeFigures figures = statistics.Read();
        double spliced = _losses.CrossEntropies((x, keep) => where(keep.unsqueeze(-1), x, sae.Of(x).Output)).Average();
        return (new SetFigures(figures.L0, figures.ExplainedVariance, spliced, SplicedLosses.Recovered(Clean, spliced, Zeroed), figures.Dead), acts, errors);
    }
}
