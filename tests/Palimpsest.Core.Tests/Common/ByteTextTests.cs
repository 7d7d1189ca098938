using Palimpsest.Common;

namespace Palimpsest.Tests.Common;

public sealed class ByteTextTests
{
    [Theory]
    [InlineData("40GB", 40e9)]
    [InlineData("40GiB", 42_949_672_960)]
    [InlineData("1.5MB", 1.5e6)]
    [InlineData("0.5KiB", 512)]
    [InlineData("2e3kB", 2e6)]
    [InlineData("17B", 17)]
    public void TryRead_Amounts_AreTheirBytes(string text, double expected)
    {
        Assert.True(ByteText.TryRead(text, out double bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("40")]
    [InlineData("40gb")]
    [InlineData("40 GB")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("0GB")]
    [InlineData("1,5GB")]
    [InlineData("1e300GB")]
    [InlineData("040GB")]
    [InlineData("")]
    [InlineData(null)]
    public void TryRead_AnythingElse_IsRefused(string? text) => Assert.False(ByteText.TryRead(text, out _));

    [Fact]
    public void WayOut_ForABareNumber_NamesBothUnits() => Assert.Equal("write a unit: 40GB is 40 x 10^9 bytes, 40GiB is 40 x 2^30", ByteText.WayOut("40"));

    [Theory]
    [InlineData(26.03e9, "26.0 GB")]
    [InlineData(1_234_567, "1.23 MB")]
    [InlineData(512, "512 B")]
    [InlineData(2.5e12, "2.50 TB")]
    public void Show_HasThreeDigits(double bytes, string expected) => Assert.Equal(expected, ByteText.Show(bytes));
}
