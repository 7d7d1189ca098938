using System.Security.Cryptography;
using System.Text;
using Palimpsest.Cascades.Agreement;

namespace Palimpsest.Cascades.Recordings;

/// <summary>A question with what every system said to it.</summary>
public sealed record RecordedItem
{
    /// <summary>The question.</summary>
    public required string Question { get; init; }

    /// <summary>How hard it is, in words of whoever made it; null if nobody said.</summary>
    public string? Level { get; init; }

    /// <summary>One reply a system.</summary>
    public required IReadOnlyList<MemberReply> Replies { get; init; }

    /// <summary>Whether each reply is right.</summary>
    public required IReadOnlyList<bool> Right { get; init; }

    /// <summary>What the item is recognised by: SHA-256 of its question, 16 hexadecimal digits of it.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Question)).AsSpan(0, 8));
}
