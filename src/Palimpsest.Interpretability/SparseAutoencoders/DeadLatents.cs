using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Counts for how many steps each latent has been silent.</summary>
/// <remarks>A latent is dead if it has been for more than a window of steps, looked at before a step; firing is being other than zero.</remarks>
internal sealed class DeadLatents : IDisposable
{
    private readonly Tensor _silent; // [m], int64

    public DeadLatents(int latents, int window)
    {
        _silent = zeros(latents, ScalarType.Int64).DetachFromDisposeScope();
        Window = window;
    }

    /// <summary>Steps after which a silent latent is dead.</summary>
    public int Window { get; }

    /// <summary>Steps since each latent fired, [m].</summary>
    public Tensor Silent => _silent;

    /// <summary>How many are dead.</summary>
    public int Count
    {
        get
        {
            using Tensor dead = Mask();
            using Tensor sum = dead.sum();
            return (int)Ops.Number(sum);
        }
    }

    /// <summary>What a training pass has to know of them; the mask belongs to the caller's scope.</summary>
    public SaePass Pass(double sparsity) => Count is > 0 and int dead ? new SaePass(sparsity, Mask(), dead) : new SaePass(sparsity);

    /// <summary>Takes the latents of a step into account.</summary>
    /// <param name="acts">[rows, m]</param>
    public void Update(Tensor acts)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor silent = acts.detach().ne(Scalars.Zero).any(0).logical_not().to_type(ScalarType.Int64);
        _silent.add_(Scalars.Of(1L), Scalars.Of(1L)).mul_(silent); // without the second one TorchSharp makes a hidden scalar
    }

    public void Dispose() => _silent.Dispose();

    private Tensor Mask() => _silent.gt(Scalars.Of((long)Window));
}
