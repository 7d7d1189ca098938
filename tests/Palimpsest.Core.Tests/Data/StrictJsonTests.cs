using System.Text;
using System.Text.Json;
using Palimpsest.Common;

namespace Palimpsest.Tests.Data;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("{\"a\":\"\\ud800\"}", "the string at byte 6 holds half of a surrogate pair")]
    [InlineData("{\"\\udc00\":1}", "the string at byte 2 holds half of a surrogate pair")]
    [InlineData("{\"a\":{\"b\":[\"x\\ud83dy\"]}}", "half of a surrogate pair")]
    [InlineData("{\"a\":1,\"a\":2}", "a")]
    [InlineData("{\"a\":{\"b\":1,\"\\u0062\":2}}", "b")]
    [InlineData("{\"a\":1", "")]
    public void Parse_WhatFailsOnlyWhenAskedFor_IsRefusedAtOnce(string json, string message) =>
        Assert.Contains(message, Assert.ThrowsAny<JsonException>(() => StrictJson.Parse(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_BytesThatAreNoText_AreRefused()
    {
        Assert.Contains("not UTF-8", Assert.ThrowsAny<JsonException>(() => StrictJson.Parse([(byte)'"', 0xFF, (byte)'"'])).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<JsonException>(() => StrictJson.Parse(Encoding.UTF8.GetBytes(new string('[', 40) + new string(']', 40))));
    }

    [Fact]
    public void Parse_WholePairsAndByteOrderMark_AreRead()
    {
        Assert.Equal("😀", StrictJson.Parse(Encoding.UTF8.GetBytes("\uFEFF{\"a\":\"\\ud83d\\ude00\"}"))!["a"]!.GetValue<string>());
        using TemporaryFile file = new("[1]", "a.json");
        Assert.Equal(1, StrictJson.ReadFile(file.Path)![0]!.GetValue<int>());
    }
}
