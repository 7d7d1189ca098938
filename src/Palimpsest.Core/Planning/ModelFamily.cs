namespace Palimpsest.Planning;

/// <summary>Families whose activations can be counted.</summary>
public enum ModelFamily
{
    /// <summary>RMS norms, rotary positions, a gated layer, no biases.</summary>
    Llama,

    /// <summary>Layer norms, learnt positions, a plain layer, biases.</summary>
    Gpt2,
}
