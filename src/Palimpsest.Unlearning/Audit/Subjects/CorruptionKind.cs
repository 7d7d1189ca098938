namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>What is done to the embeddings of a prompt.</summary>
public enum CorruptionKind
{
    /// <summary>Normal noise is added.</summary>
    Noise,

    /// <summary>A share of the width, the same for all tokens of a prompt, is set to zero.</summary>
    Zero,
}
