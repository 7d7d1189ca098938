namespace Palimpsest.Models;

/// <summary>How the weights of a folder come into memory.</summary>
public enum LoadMode
{
    /// <summary>Into one trainable f32 vector.</summary>
    Trainable,

    /// <summary>Frozen: mapped from the file where type and alignment allow, else copied. Truncating a mapped file kills the process.</summary>
    Mapped,

    /// <summary>Frozen and copied, for files of unknown origin.</summary>
    Copied,
}
