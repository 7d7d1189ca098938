namespace Palimpsest.Models.Sources;

/// <summary>How the weights of a folder come into memory.</summary>
public enum LoadMode
{
    /// <summary>Into one trainable f32 vector.</summary>
    Trainable,

    /// <summary>All layers between embedding and output matrix into one trainable f32 vector; these two are frozen and copied.</summary>
    TrainableHidden,

    /// <summary>What gives the scores into one trainable f32 vector, such as the layer over the classes; all else is frozen and mapped as under <see
    /// cref="Mapped"/>.</summary>
    TrainableHead,

    /// <summary>Frozen: mapped from the file where type and alignment allow, else copied. Truncating a mapped file kills the process.</summary>
    Mapped,

    /// <summary>Frozen and copied, for files of unknown origin.</summary>
    Copied,

    /// <summary>
    /// Frozen, and each matrix in the type in which its file holds it, blocks of GGUF files included: mapped, but for query and key matrices of GGUF files,
    /// whose rows change places. Activations are f32. For models of the family Llama on a CPU. Truncating a mapped file kills the process.
    /// </summary>
    Packed,

    /// <summary>As <see cref="Packed"/>, and copied, for files of unknown origin.</summary>
    PackedCopied,
}
