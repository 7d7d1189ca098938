using Palimpsest.Data;

namespace Palimpsest.Tests.Data;

/// <summary>What every source must do.</summary>
internal static class SourceChecks
{
    /// <summary>Reads a source whole, and again from every position, and each example alone.</summary>
    public static TextExample[] AllFromEveryPosition(IExampleSource source)
    {
        (long Position, TextExample Example)[] all = [.. source.From(0)];
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal(all[i].Example, source.At(all[i].Position));
            Assert.Equal(all[i..], source.From(all[i].Position));
        }

        return [.. all.Select(item => item.Example)];
    }

    /// <summary>The message of the error at reading a file through.</summary>
    public static string Problem(string path, ExampleFileOptions? options = null) => Assert.Throws<PalimpsestException>(() => ExampleFile.Open(path, options).From(0).Count()).Message;
}
