using Palimpsest.Common;

namespace Palimpsest.Planning;

/// <summary>Published sizes of Llama models by name.</summary>
/// <remarks>
/// 9M to 1B: the configurations of GaLore's pre-training (Zhao et al., arXiv 2403.03507, table 2 and the released <c>configs</c>), vocabulary 32,000. 7B to
/// 65B: Touvron et al., LLaMA, arXiv
/// 2302.13971, table 2, with the inner widths of the released models.
/// </remarks>
public static class NamedShapes
{
    private static readonly (string Name, int Width, int Inner, int Layers, int Heads, int Context)[] s_all =
    [
        ("llama-9m", 128, 352, 4, 4, 1024), ("llama-20m", 256, 688, 4, 4, 1024), ("llama-35m", 384, 1024, 6, 8, 1024), ("llama-60m", 512, 1376, 8, 8, 1024),
        ("llama-130m", 768, 2048, 12, 12, 1024), ("llama-350m", 1024, 2736, 24, 16, 1024), ("llama-1b", 2048, 5461, 24, 32, 1024),
        ("llama-7b", 4096, 11008, 32, 32, 2048),
        ("llama-13b", 5120, 13824, 40, 40, 2048), ("llama-30b", 6656, 17920, 60, 52, 2048), ("llama-65b", 8192, 22016, 80, 64, 2048),
    ];

    private const int Vocabulary = 32_000;

    /// <summary>The names, from the smallest.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(item => item.Name)];

    /// <summary>The shape of a name, or null.</summary>
    public static ModelShape? Find(string name) => s_all.Where(item => item.Name == name)
        .Select(item => ModelShape.Llama(item.Name, Vocabulary, item.Width, item.Inner, item.Layers, item.Heads, item.Context)).FirstOrDefault();

    /// <summary>The error for a name that is neither a size nor anything else.</summary>
    public static PalimpsestException Unknown(string name)
    {
        string meant = NearestName.Find(name, Names) is string near ? $" Did you mean {near}?" : "";
        return new PalimpsestException($"{name}: there is no such folder or file, and no size of this name.{meant} Sizes: {string.Join(", ", Names)}.");
    }
}
