using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>Several stores as one.</summary>
/// <param name="stores">Their gradients do not overlap.</param>
public sealed class GradientStores(params IReadOnlyList<IGradientStore> stores) : IGradientStore, IMemoryOwner
{
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Buffers => [.. stores.SelectMany(store => store.Buffers)];

    /// <inheritdoc/>
    public IEnumerable<(MemoryCategory Category, long Bytes)> Memory => stores.OfType<IMemoryOwner>().SelectMany(store => store.Memory);

    /// <inheritdoc/>
    public void Zero()
    {
        foreach (IGradientStore store in stores)
        {
            store.Zero();
        }
    }

    /// <inheritdoc/>
    public double Norm() => Math.Sqrt(stores.Sum(store => Math.Pow(store.Norm(), 2)));

    /// <inheritdoc/>
    public void Scale(double factor)
    {
        foreach (IGradientStore store in stores)
        {
            store.Scale(factor);
        }
    }
}
