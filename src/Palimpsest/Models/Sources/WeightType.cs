namespace Palimpsest.Models.Sources;

/// <summary>What the weights of a model that nobody trains are in memory.</summary>
public enum WeightType
{
    /// <summary>f32: mapped where the file holds f32, else unpacked.</summary>
    F32,

    /// <summary>bf16, and so are activations: mapped where the file holds bf16, else rounded.</summary>
    Bf16,

    /// <summary>As the file holds them, blocks of GGUF files included, under f32 activations; see <see cref="LoadMode.Packed"/>.</summary>
    Packed,

    /// <summary><see cref="Packed"/> for a model that can stay so and has no adapter on it, else <see cref="F32"/>.</summary>
    Auto,
}
