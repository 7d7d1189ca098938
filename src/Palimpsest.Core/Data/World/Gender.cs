namespace Palimpsest.Data.Worlds;

/// <summary>The gender of the person of a <see cref="Biography"/>.</summary>
public enum Gender
{
    /// <summary>A woman, "she".</summary>
    Woman,

    /// <summary>A man, "he".</summary>
    Man,
}
