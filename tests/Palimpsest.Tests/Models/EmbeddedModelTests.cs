using System.Security.Cryptography;
using Palimpsest.Models;

namespace Palimpsest.Tests.Models;

/// <summary>The files of an embedded model are frozen: old runs name them, so they must stay what they were.</summary>
public sealed class EmbeddedModelTests
{
    [Theory]
    [InlineData("config.json", "4b7e811119027d0045cd9d7423b1b5a62424676b3c43f8fd025e4ef85e2e945a")]
    [InlineData("model.safetensors", "1e0af5203e5899b30ddccfc2fd945f9f87f81adfef3ef856ffeb1863cc9bf84e")]
    [InlineData("tokenizer.json", "f1577dadf46e491b8925f6f44a4e56c80742ddee8679f1574fd9098d5ecb82b1")]
    [InlineData("tokenizer_config.json", "039c964fcf0cc6f1104b0004040d14ec6958351d98de72f450b1e4824351782e")]
    public void BaseV1_Files_AreFrozen(string file, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(EmbeddedModels.Resolve("base-v1"), file)))));

    [Fact]
    public void Resolve_UnknownName_ListsTheKnownOnes() => Assert.Contains("base-v1", Assert.Throws<PalimpsestException>(() => EmbeddedModels.Resolve("base-v9")).Message, StringComparison.Ordinal);
}
