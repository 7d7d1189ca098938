using System.Globalization;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Interpretability.Ssae.Tilting;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>The loss of a sparse autoencoder over activations, under an estimator of tilted risk.</summary>
public sealed class SaeObjective : Objective<ActivationBatch>
{
    private readonly SparseAutoencoder _sae;
    private readonly TiltOptions _options;
    private readonly Tilt _tilt;
    private readonly Tensor _tiltState;
    private readonly DeadLatents _dead;
    private readonly double _scale;

    /// <summary>An objective.</summary>
    /// <param name="sae">What is trained; stays its creator's.</param>
    /// <param name="tilt">How the losses of a batch become one; the plain mean if null.</param>
    /// <param name="scale">What activations and targets are multiplied by.</param>
    /// <param name="deadWindow">Steps of silence after which a latent is dead.</param>
    public SaeObjective(SparseAutoencoder sae, TiltOptions? tilt = null, double scale = 1, int deadWindow = 1000)
    {
        _sae = sae ?? throw new ArgumentNullException(nameof(sae));
        (_options, _scale) = (tilt ?? new ErmOptions(), scale);
        _tilt = _options.Create();
        _tiltState = tensor(_tilt.State, ScalarType.Float64).DetachFromDisposeScope();
        _dead = new DeadLatents(sae.Config.DSae, deadWindow);
    }

    /// <inheritdoc/>
    public override string Settings => string.Create(CultureInfo.InvariantCulture,
        $"sae|{SaeConfigFile.Write(_sae.Config).ToJsonString()}|{_options}|{_scale:R}|{_dead.Window}");

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Values)> State =>
        [("silent", _dead.Silent), .. _sae.Buffers, .. _tilt.State.Length > 0 ? new[] { ("tilt", _tiltState) } : []];

    /// <inheritdoc/>
    public override int Tokens(ActivationBatch batch) => batch.Rows;

    /// <inheritdoc/>
    public override double Begin(IReadOnlyList<ActivationBatch> window, int step) => window.Count;

    /// <inheritdoc/>
    public override Tensor Sum(ActivationBatch batch, ObjectivePass pass)
    {
        Tensor x = Rows(batch.Values, batch.Width), target = batch.Targets is null ? x : Rows(batch.Targets, batch.TargetWidth);
        _sae.Begin();
        SaeTerms terms = _sae.Losses(x, target, _dead.Pass(_sae.Config.Options.SparsityAt(pass.Step)));
        TakeTiltState();
        (Tensor loss, TiltReading reading) = TiltedLoss.Of(terms, _options, _tilt, GroupsOf(batch.Documents));
        Report(terms, reading, pass);
        _sae.Learnt(terms.Code.Acts);
        _dead.Update(terms.Code.Acts);
        KeepTiltState();
        return loss;

        Tensor Rows(float[] values, int width)
        {
            Tensor rows = tensor(values, [batch.Rows, width], device: _sae.Parameters.Values.device).to_type(_sae.Parameters.Values.dtype);
            return _scale == 1 ? rows : Ops.Scale(rows, _scale);
        }
    }

    /// <summary>Numbers groups from 0 without gaps, in the order in which they come.</summary>
    internal static int[] GroupsOf(IReadOnlyList<int> documents)
    {
        Dictionary<int, int> numbers = [];
        int[] groups = new int[documents.Count];
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = numbers.TryGetValue(documents[i], out int number) ? number : numbers[documents[i]] = numbers.Count;
        }

        return groups;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _tiltState.Dispose();
        _dead.Dispose();
        base.Dispose(disposing);
    }

    // A resumed run has filled the tensor.
    private void TakeTiltState()
    {
        if (_tilt.State.Length > 0)
        {
            _tiltState.data<double>().CopyTo(_tilt.State);
        }
    }

    private void KeepTiltState()
    {
        using Tensor kept = tensor(_tilt.State, ScalarType.Float64);
        using IDisposable noGrad = no_grad();
        _tiltState.copy_(kept);
    }

    private void Report(SaeTerms terms, TiltReading reading, ObjectivePass pass)
    {
        using IDisposable noGrad = no_grad();
        foreach ((string name, Tensor rows) in terms.Terms)
        {
            pass.Report(name, Ops.Number(rows.mean()));
        }

        float[] errors = TensorBytes.ToArray(terms.Errors);
        Array.Sort(errors);
        pass.Report("error_p99", errors[(int)(0.99 * (errors.Length - 1))]);
        pass.Report("error_max", errors[^1]);
        pass.Report("l0", Ops.Number(terms.Code.Acts.ne(Scalars.Zero).to_type(ScalarType.Float32).sum()) / errors.Length);
        pass.Report("dead", _dead.Count);
        pass.Report("tilt", reading.Tilt);
        pass.Report("effective_share", reading.EffectiveShare);
        pass.Report("clamped", reading.Clamped);
    }
}
