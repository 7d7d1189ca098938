using System.Diagnostics;
using System.Text;
using Palimpsest.Common;
using Palimpsest.Runs.Recipes;
using Palimpsest.Tests.Data;
using Palimpsest.Tests.Runs;
using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Common;

/// <summary>Files of unknown origin: what is none is refused at once, by what it is, and no more than the bound is read.</summary>
public sealed class RegularFileTests
{
    [Fact]
    public void ReadBytes_UpToTheBound_IsRead()
    {
        using TemporaryFile file = new("\uFEFFabc", "a.txt");
        int length = Encoding.UTF8.GetByteCount("\uFEFFabc");
        Assert.Equal(length, RegularFile.ReadBytes(file.Path, length)!.Length);
        Assert.Equal("abc", RegularFile.ReadText(file.Path, length));
        Assert.Null(RegularFile.ReadBytes(file.Path, length - 1));
        Assert.Throws<FileNotFoundException>(() => RegularFile.ReadBytes(file.Path + "x", 10));
    }

    [Fact]
    public void ReadText_BytesThatAreNoText_AreRefused()
    {
        using TemporaryFile file = new("x", "a.yaml");
        File.WriteAllBytes(file.Path, [.. "schema: 1 # caf"u8, 0xE9, .. "\n"u8]);
        Assert.Contains("it is not text in UTF-8", Assert.Throws<IOException>(() => RegularFile.ReadText(file.Path, 100)).Message, StringComparison.Ordinal);
        Assert.Contains("it is not text in UTF-8",
            Assert.Throws<PalimpsestException>(() => RecipeReader.Read<SampleRecipe>(file.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(file.Path, "caf\u00e9", Encoding.Unicode);
        Assert.Equal("caf\u00e9", RegularFile.ReadText(file.Path, 100));
    }

    [Fact]
    public void ReadBytes_FilesThatSayTheyAreEmpty_AreReadToTheBound()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no /proc");
        Assert.NotEmpty(RegularFile.ReadBytes("/proc/self/status", 1 << 20)!);
        Assert.Null(RegularFile.ReadBytes("/proc/self/status", 10));
    }

    [Theory]
    [InlineData("pipe", "named pipe")]
    [InlineData("link", "named pipe")]
    [InlineData("/dev/zero", "device")]
    [InlineData("folder", "folder")]
    public void Readers_WhatIsNoFile_RefuseItByName(string name, string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is no mkfifo");
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "folder"));
            Process.Start("mkfifo", Path.Combine(folder, "pipe")).WaitForExit();
            File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(folder, "pipe"));
            string path = Path.Combine(folder, name);
            Assert.Contains(kind, Assert.ThrowsAny<IOException>(() => RegularFile.ReadBytes(path, 10)).Message, StringComparison.Ordinal);
            Assert.Contains(kind, Assert.ThrowsAny<IOException>(() => StrictJson.ReadFile(path)).Message, StringComparison.Ordinal);
            Assert.Contains(kind, Assert.Throws<PalimpsestException>(() => RecipeReader.Read<SampleRecipe>(path)).Message, StringComparison.Ordinal);
            Assert.Contains(kind, Assert.Throws<PalimpsestException>(() => ChatTemplateFiles.ReadBytes(path)).Message, StringComparison.Ordinal);
            if (name != "folder")
            {
                Assert.Contains(kind, Assert.Throws<PalimpsestException>(() => Tokenizer.Load(path)).Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
