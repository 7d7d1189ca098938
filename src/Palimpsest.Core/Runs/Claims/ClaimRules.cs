using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Palimpsest.Runs.Claims;

/// <summary>The hash of the rules of claims, taken before the first result, so that anybody can check that a rule was not changed after it.</summary>
public static class ClaimRules
{
    // Some archived runs were hashed with on_seeds written out where it is not set.
    private static readonly JsonSerializerOptions s_writtenOut = new(RunJson.Options)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WriteAll } },
    };

    /// <summary>SHA-256 of all claims in their order, lower-case hexadecimal. Every key counts, words included; <c>on_seeds</c> where it is set.</summary>
    public static string Hash(IReadOnlyList<Claim> claims) => Hash(claims, RunJson.Options);

    /// <summary>Whether a hash is that of the claims, in the form of <see cref="Hash(IReadOnlyList{Claim})"/> or with every key that is not set written
    /// out.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="hash">Lower-case hexadecimal; null fits nothing.</param>
    public static bool Fits(IReadOnlyList<Claim> claims, string? hash) => hash == Hash(claims, RunJson.Options) || hash == Hash(claims, s_writtenOut);

    private static string Hash(IReadOnlyList<Claim> claims, JsonSerializerOptions form) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(claims, form))));

    private static void WriteAll(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            property.ShouldSerialize = static (_, _) => true;
        }
    }
}
