using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Palimpsest.Runs.Claims;

/// <summary>The hash of the rules of claims, taken before the first result, so that anybody can check that a rule was not changed after it.</summary>
public static class ClaimRules
{
    /// <summary>SHA-256 of all claims in their order, lower-case hexadecimal. Every key counts, words included.</summary>
    public static string Hash(IReadOnlyList<Claim> claims) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(claims, RunJson.Options))));
}
