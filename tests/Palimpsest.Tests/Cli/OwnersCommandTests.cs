using System.Text.Json;

namespace Palimpsest.Tests.Cli;

/// <summary>The owners' commands, as a person uses them.</summary>
public sealed class OwnersCommandTests : IDisposable
{
    private readonly CommandProcess _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void Owners_FromInitToForget_SayWhatTheyDidAndLeaveAReceipt()
    {
        _shell.Write("clinics.csv", "clinic,prompt,completion\nnorth,Who?, Dr Ash.\nsouth,Who?, Dr Birch.\nnorth,Where?, In the hills.\n");
        Says("empty store on base-v1", "owners", "init", "clinics", "--steps", "2", "--seed", "5");
        Says("Added 2; 2 in clinics.", "owners", "add", "--all", "clinics.csv", "--owner-column", "clinic", "--store", "clinics");
        Says("Added 0, 2 were there already", "owners", "add", "--all", "clinics.csv", "--owner-column", "clinic", "--store", "clinics");
        Assert.Matches("north .* 2 .* no", Says("south", "owners", "list", "--store", "clinics"));
        Says("The sum equals one built afresh from all vectors, bit for bit.", "owners", "verify", "--all", "--store", "clinics");
        Says("the model of \"north\"", "owners", "export", "north", "models/north", "--store", "clinics");
        Assert.True(File.Exists(Path.Combine(_shell.Folder, "models", "north", "model.safetensors")));
        Refuses("an export replaces nothing", "owners", "export", "north", "models/north", "--store", "clinics");
        Refuses("a receipt replaces no file", "owners", "forget", "south", "--receipt", "clinics.csv", "--store", "clinics");
        Refuses("lies in the store", "owners", "forget", "south", "--receipt", "clinics/r.json", "--store", "clinics/");
        string said = Says("\"south\" has left: 1 examples", "owners", "forget", "south", "--audit", "--receipt", "south.json", "--store", "clinics/");
        Assert.Contains("LEAK: old mask", said, StringComparison.Ordinal);
        JsonElement receipt = JsonDocument.Parse(File.ReadAllText(Path.Combine(_shell.Folder, "south.json"))).RootElement;
        Assert.True(receipt.GetProperty("proof").GetProperty("equal").GetBoolean());
        Assert.Equal(1, receipt.GetProperty("owners_left").GetInt32());
        Says("The receipt holds, on its own and against the store.", "owners", "receipt", "south.json", "--store", "clinics");
        _shell.Write("forged.json", File.ReadAllText(Path.Combine(_shell.Folder, "south.json")).Replace("\"south\"", "\"north\"", StringComparison.Ordinal));
        Assert.Equal(1, _shell.Run("owners", "receipt", "forged.json").Code);
        Assert.DoesNotContain("south", Says("joined, left, rebuilt       2, 1, 0", "owners", "stats", "--store", "clinics"), StringComparison.Ordinal);
    }

    [Fact]
    public void Owners_LostDataKeptVectorsAndUnknownAskers_HaveAWayOut()
    {
        _shell.Write("ada.csv", "prompt,completion\nWho?, Ada.\n");
        string ben = _shell.Write("ben.csv", "prompt,completion\nWho?, Ben.\n");
        Says("empty store on base-v1", "owners", "init", "made", "--steps", "1");
        Refuses("lies in the store, beside the vectors", "owners", "add", "ada", "ada.csv", "--keep-vector", "--key", "made/k", "--store", "made/");
        Refuses("--workers must be at least 1", "owners", "add", "ada", "ada.csv", "--workers", "0", "--store", "made");
        Says("made.key; keep it apart", "owners", "add", "ada", "ada.csv", "--keep-vector", "--store", "made/");
        Assert.True(File.Exists(Path.Combine(_shell.Folder, "made.key")));
        Says("Added 1; 2 in made.", "owners", "add", "ben", "ben.csv", "--store", "made");

        (int code, string output, string error) = _shell.Shell("printf 'ada\\tWho?\\nnobody\\tWho?\\n\\tWho?\\n' | $command owners serve --store made");
        Assert.Equal(1, code);
        Assert.Contains("there is no owner \"nobody\"", error, StringComparison.Ordinal);
        Assert.Equal(["ada", "nobody", ""], output.TrimEnd('\n').Split('\n').Select(line => line.Split('\t')[0]));

        // A line beyond the bound gets an empty answer, and the next one is served.
        (code, output, error) =
            _shell.Shell("(printf 'ada\\t'; head -c 1500000 /dev/zero | tr '\\0' x; printf '\\nada\\tWho?\\n') | $command owners serve --store made");
        Assert.Equal(1, code);
        Assert.Contains("more than the 1,048,576 characters", error, StringComparison.Ordinal);
        Assert.Equal(["ada\t", "ada\t"], output.TrimEnd('\n').Split('\n').Select(line => line[..4]));

        File.Delete(ben);
        Refuses("owners forget ben --rebuild", "owners", "forget", "ben", "--store", "made");
        Refuses("only with --rebuild", "owners", "forget", "ben", "ada", "--store", "made");
        (code, output, _) = _shell.Run("owners", "verify", "--all", "--store", "made");
        Assert.Equal(1, code);
        Assert.Contains("ben: NOT verified.", output, StringComparison.Ordinal);
        Assert.Contains("ada: made again, the same bits.", output, StringComparison.Ordinal);
        Says("left out of a sum that was built afresh", "owners", "forget", "ben", "--rebuild", "--store", "made");
        Directory.CreateDirectory(Path.Combine(_shell.Folder, "moved"));
        File.Move(Path.Combine(_shell.Folder, "ada.csv"), Path.Combine(_shell.Folder, "moved", "ada.csv"));
        Says("ada: the same bits as before.", "owners", "rebuild", "--from-data", "--data", "moved", "--store", "made");
        Says("kept encrypted since the owner joined and subtracted", "owners", "forget", "ada", "--store", "made");
    }

    [Theory]
    [InlineData("is no store of owners", "owners", "list", "--store", "nowhere")]
    [InlineData("Say which owners", "owners", "add")]
    [InlineData("there is no such file", "owners", "add", "ada", "none.jsonl", "--store", "made")]
    [InlineData("its owners are numbered from 0", "owners", "add", "ada", "--world", "99999", "--store", "made")]
    [InlineData("there is no owner \"ada\"", "owners", "forget", "ada", "--store", "made")]
    [InlineData("learning_rate must be a number above 0", "owners", "init", "other", "--learning-rate", "0")]
    [InlineData("exists and is not empty", "owners", "init", "made")]
    public void Owners_BadInput_IsOneMessage(string message, params string[] arguments)
    {
        if (arguments.Contains("made"))
        {
            Says("empty store", "owners", "init", "made", "--steps", "1");
        }

        (int code, string output, string error) = _shell.Run(arguments);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    private void Refuses(string expected, params string[] arguments)
    {
        (int code, string output, string error) = _shell.Run(arguments);
        Assert.True(code == 2, output + error);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private string Says(string expected, params string[] arguments)
    {
        (int code, string output, string error) = _shell.Run(arguments);
        Assert.True(code == 0, output + error);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        return output;
    }
}
