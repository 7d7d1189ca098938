namespace Palimpsest.Torch;

/// <summary>Says what the memory that it owns is for: an optimizer that has more than state, or gradients that lie elsewhere than in the flat vector.</summary>
/// <remarks>Of an optimizer that does not say it, all tensors of its state count as <see cref="MemoryCategory.OptimizerState"/>.</remarks>
public interface IMemoryOwner
{
    /// <summary>Bytes by category, as they are now; a category may occur more than once.</summary>
    IEnumerable<(MemoryCategory Category, long Bytes)> Memory { get; }
}
