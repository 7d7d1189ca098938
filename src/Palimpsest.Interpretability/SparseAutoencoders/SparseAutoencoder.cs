using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>A dictionary of directions in which activations are written with few coefficients: f = encode(x), x' = f W_dec + b_dec.</summary>
/// <remarks>
/// Weights are a flat vector, named as SAELens names them; rows of <c>W_dec</c> [m, d] are the directions. Inputs have any number of leading dimensions. Not
/// thread-safe.
/// </remarks>
public abstract class SparseAutoencoder : IDisposable
{
    private const double Tiny = 1e-5;

    private protected SparseAutoencoder(SaeConfig config, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        Config = config.Checked($"{config.Architecture} autoencoder");
        Parameters = new FlatParameters(new ParameterLayout(tensors), type: config.Dtype == "float64" ? ScalarType.Float64 : ScalarType.Float32);
        foreach (ParameterSlot slot in config.IsTraining ? [] : Parameters.Layout.Slots)
        {
            Parameters[slot.Name].requires_grad = false;
        }
    }

    /// <summary>What it is.</summary>
    public SaeConfig Config { get; }

    /// <summary>All weights.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>The directions, [m, width of the outputs].</summary>
    public Tensor Decoder => Parameters["W_dec"];

    /// <summary>Tensors beside the weights that a checkpoint and a training folder hold.</summary>
    internal virtual IReadOnlyList<(string Name, Tensor Values)> Buffers => [];

    /// <summary>Whether the lengths of the directions can be moved into the encoder without changing the outputs.</summary>
    internal virtual bool CanFoldNorms => true;

    /// <summary>Tensors with one number a latent that grow with its direction's length when that is moved into the encoder.</summary>
    internal virtual IEnumerable<string> PerLatent => ["b_enc"];

    /// <summary>The form in which it is used once it has been trained; null where that is its own.</summary>
    internal virtual SaeOptions? InferenceOptions => null;

    /// <summary>The latents of inputs.</summary>
    /// <param name="x">[..., d]; with <see cref="SaeReshaping.HookZ"/> [..., heads, head width] too.</param>
    /// <exception cref="PalimpsestException">The width is another one.</exception>
    public SaeCode Encode(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor flat = Config.ReshapeActivations == SaeReshaping.HookZ && !Config.IsTraining && x.size(-1) != Config.DIn ? x.flatten(-2, -1) : x;
        if (flat.size(-1) != Config.DIn)
        {
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"The activations have a width of {flat.size(-1)}, but the autoencoder was made for {Config.DIn}. Take the hook point and the model that it ")
                + $"was trained on{(Config.HookName is string hook ? $" ({hook} of {Config.ModelName})" : "")}.");
        }

        flat = flat.dtype == Parameters.Values.dtype ? flat : flat.to_type(Parameters.Values.dtype);
        return Activate(Normalise(x, flat));
    }

    /// <summary>The outputs of latents, in the place of those that the inputs had.</summary>
    /// <param name="acts">[..., m]</param>
    /// <param name="code">What the inputs gave: its normalisation is undone.</param>
    /// <returns>[..., width of the outputs], or in the form of the inputs.</returns>
    public Tensor Decode(Tensor acts, SaeCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        Tensor decoded = Undo(DecodeNormed(acts), code);
        return Config.ReshapeActivations == SaeReshaping.HookZ && !Config.IsTraining ? decoded.view(code.Inputs.shape) : decoded;
    }

    /// <summary>The outputs of inputs, with whatever passes beside the latents.</summary>
    /// <param name="code">What the inputs gave.</param>
    public virtual Tensor Output(SaeCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return Decode(code.Predicted is null ? code.Acts : Ops.Add(code.Acts, code.Predicted), code);
    }

    /// <summary>The terms of the loss over a batch.</summary>
    /// <param name="x">Inputs [rows, d].</param>
    /// <param name="target">What is to be given out, [rows, width of the outputs]: of an autoencoder its inputs.</param>
    /// <param name="pass">Weight of the penalty, and the dead latents.</param>
    /// <exception cref="PalimpsestException">The architecture is read and evaluated only.</exception>
    public virtual SaeTerms Losses(Tensor x, Tensor target, SaePass pass) =>
        throw new PalimpsestException($"{Config.Architecture}: this architecture is read and evaluated, not trained. Train one of "
            + $"{string.Join(", ", SaeArchitectures.Trainable)}.");

    /// <summary>Called before a training pass: brings parameters back to where they may be.</summary>
    internal virtual void Begin()
    {
    }

    /// <summary>Called after a training pass with its latents.</summary>
    internal virtual void Learnt(Tensor acts)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor values) in Buffers)
        {
            values.Dispose();
        }

        Parameters.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Fills fresh weights: directions uniform within sqrt(6 / d) and then of the wanted length, the encoder their transpose, biases zero.</summary>
    /// <param name="seed">libtorch's generator begins with it, so that SAELens after <c>manual_seed</c> has the same bits.</param>
    internal void Initialise(long seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using Generator generator = new((ulong)seed);
        double bound = Math.Sqrt(6.0 / Config.OutputWidth);
        Tensor drawn = empty(Config.DSae, Config.OutputWidth).uniform_(-bound, bound, generator);
        if (Config.Options.DecoderInitNorm is double length)
        {
            drawn = Ops.Scale(drawn.div(drawn.norm(1, keepdim: true, p: 2)), length);
        }

        Parameters.Values.zero_();
        Decoder.copy_(drawn);
        if (Parameters.Layout.Slots.Any(slot => slot.Name == "W_enc") && Config.OutputWidth == Config.DIn)
        {
            Parameters["W_enc"].copy_(drawn.t());
        }
        else if (Parameters.Layout.Slots.Any(slot => slot.Name == "W_enc"))
        {
            double input = Math.Sqrt(6.0 / Config.DIn);
            Parameters["W_enc"].copy_(empty(Config.DIn, Config.DSae).uniform_(-input, input, generator));
        }

        InitialiseOthers();
    }

    /// <summary>Fills parameters that do not begin at zero.</summary>
    private protected virtual void InitialiseOthers()
    {
    }

    /// <summary>Makes the latents of inputs whose normalisation is done.</summary>
    private protected abstract SaeCode Activate(SaeCode normed);

    /// <summary>The outputs of latents, before the normalisation is undone.</summary>
    private protected virtual Tensor DecodeNormed(Tensor acts) => Ops.Add(acts.matmul(Decoder), Parameters["b_dec"]);

    /// <summary>Inputs behind normalisation, without b_dec where it is taken off.</summary>
    private protected Tensor Centred(SaeCode code) => Config.ApplyBDecToInput ? Ops.Subtract(code.Normed, Parameters["b_dec"]) : code.Normed;

    /// <summary>(inputs) W_enc + b_enc</summary>
    private protected Tensor Project(SaeCode code) => Ops.Add(Centred(code).matmul(Parameters["W_enc"]), Parameters["b_enc"]);

    /// <summary>The lengths of the directions, [m].</summary>
    private protected Tensor Norms() => Decoder.norm(1, keepdim: false, p: 2);

    /// <summary>A squared error a row.</summary>
    private protected static (string, Tensor) SquaredError(Tensor output, Tensor target) => ("mse_loss", Squares(Ops.Subtract(output, target)));

    /// <summary>The sum of the squares of each row.</summary>
    private protected static Tensor Squares(Tensor x) => x.mul(x).sum(dim: -1);

    private protected static Tensor Undo(Tensor decoded, SaeCode code)
    {
        Tensor scaled = code.Scale is null ? decoded : decoded.mul(code.Scale);
        return code.Shift is null ? scaled : Ops.Add(scaled, code.Shift);
    }

    private SaeCode Normalise(Tensor inputs, Tensor flat)
    {
        switch (Config.NormalizeActivations)
        {
            case SaeNormalization.ConstantNormRescale:
                Tensor length = Ops.Scale(flat.norm(-1, keepdim: true, p: 2), 1 / Math.Sqrt(Config.DIn));
                return new SaeCode(inputs, flat.div(length), null, flat) { Scale = length };
            case SaeNormalization.LayerNorm:
                Tensor mean = flat.mean([-1], keepdim: true), centred = Ops.Subtract(flat, mean);
                Tensor spread = Ops.Scale(centred.mul(centred).sum(-1, keepdim: true), 1.0 / (Config.DIn - 1)).sqrt();
                return new SaeCode(inputs, centred.div(Ops.Shift(spread, Tiny)), null, flat) { Scale = spread, Shift = mean };
            default:
                return new SaeCode(inputs, flat, null, flat);
        }
    }
}
