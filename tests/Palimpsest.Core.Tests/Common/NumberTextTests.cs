using System.Globalization;
using CsCheck;
using Palimpsest.Common;

namespace Palimpsest.Tests.Common;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-17", -17)]
    [InlineData("+5", 5)]
    [InlineData("2e3", 2000)]
    [InlineData("100.0", 100)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void TryWhole_WholeNumber_IsRead(string text, long value) => Assert.Equal((true, value), (NumberText.TryWhole(text, out long read), read));

    [Theory]
    [InlineData("0.001", 0.001)]
    [InlineData("1e-3", 0.001)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("-1.5E+2", -150)]
    [InlineData("0e5", 0)]
    public void TryReal_Number_IsRead(string text, double value) => Assert.Equal((true, value), (NumberText.TryReal(text, out double read), read));

    [Theory]
    [InlineData("0,001", "write 0.001")]
    [InlineData("1,6", "write 1.6")]
    [InlineData("1,000", "write 1000, or 1.000 if the comma stands for the point")]
    [InlineData("12,345,678", "write 12345678")]
    [InlineData("1,234.5", "write 1234.5")]
    [InlineData("1 000", "write 1000")]
    [InlineData("1\u202F000", "write 1000")]
    [InlineData("1'000", "write 1000")]
    [InlineData("1_000", "write 1000")]
    [InlineData("010", "write 10")]
    [InlineData(" 5", "write 5")]
    [InlineData("1.234,5", "write it with a point")]
    [InlineData("1,23,4", "write it with a point")]
    [InlineData("", "write it with a point")]
    [InlineData("0x10", "write it with a point")]
    [InlineData("1e400", "write it with a point")]
    [InlineData("1e-400", "write it with a point")]
    [InlineData("NaN", "write it with a point")]
    [InlineData("inf", "write it with a point")]
    [InlineData("\u0661", "write it with a point")]
    [InlineData("5%", "write it with a point")]
    [InlineData("(5)", "write it with a point")]
    public void TryReal_UncertainNumber_IsRefusedWithAWayOut(string text, string way)
    {
        Assert.False(NumberText.TryReal(text, out _));
        Assert.False(NumberText.TryWhole(text, out _));
        Assert.StartsWith(way, NumberText.WayOut(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("9223372036854775808")]
    [InlineData("9007199254740993e0")]
    public void TryWhole_WhatIsNoWholeNumberOf64Bits_IsRefused(string text) => Assert.False(NumberText.TryWhole(text, out _));

    [Fact]
    public void TryReal_WhatIsWrittenHere_IsReadBack() => Gen.Double.Where(value => double.IsFinite(value)).Sample(value =>
    {
        Assert.True(NumberText.TryReal(value.ToString("R", CultureInfo.InvariantCulture), out double read));
        Assert.Equal(value, read);
    });

    // Whatever is refused, its way out is read, and gives what the text says when its separators are taken away.
    [Fact]
    public void WayOut_AnyTextOfDigitsAndSeparators_IsReadIfItNamesANumber() => Gen.String[Gen.Char["0159.,_' "], 1, 8].Sample(text =>
    {
        string[] words = NumberText.WayOut(text).Split(' ');
        Assert.True(NumberText.TryReal(text, out _) || words[1] == "it" || NumberText.TryReal(words[1].TrimEnd(','), out _), text);
    });
}
