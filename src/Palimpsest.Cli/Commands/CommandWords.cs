using System.Text.RegularExpressions;
using Palimpsest.Common;
using Palimpsest.Runs;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Cli.Commands;

/// <summary>Says the library's errors in the words of the command line: libraries know keys of recipes and things to do, the command options and command
/// lines.</summary>
internal static partial class CommandWords
{
    /// <summary>The message for the terminal.</summary>
    public static string Of(PalimpsestException mistake)
    {
        // What begins with an option needs no further name; an option that fills in two keys says it once.
        string message = string.Join('\n', Override().Replace(OfOption().Replace(mistake.Message, ""), "--set: ").Split('\n').Distinct());
        return WayOut(mistake) is string further ? $"{message} {further}" : message;
    }

    /// <summary>Puts options in the place of the keys that they fill in.</summary>
    /// <param name="mistake">Names keys.</param>
    /// <param name="options">Keys and options.</param>
    public static PalimpsestException WithOptions(PalimpsestException mistake, IReadOnlyDictionary<string, string> options)
    {
        string message = Key().Replace(mistake.Message, key => options.GetValueOrDefault(key.Value, key.Value));
        return message == mistake.Message ? mistake : new PalimpsestException(message, mistake);
    }

    private static string? WayOut(Exception? mistake) => mistake switch
    {
        null => null,
        UnfinishedRunException run => $"Go on with it: palimpsest run --resume {ShellText.Quote(JobHost.Shown(run.Folder))}",
        DamagedCheckpointException => "'palimpsest run --resume FOLDER --older' takes it, if there is one.",
        LostDataException lost => $"If it is lost, 'palimpsest owners forget {ShellText.Quote(lost.Owner)} --rebuild' builds the sum afresh from the other "
            + "owners; name all whose data is lost.",
        _ => WayOut(mistake.InnerException),
    };

    [GeneratedRegex("^override: ", RegexOptions.Multiline)]
    private static partial Regex Override();

    [GeneratedRegex("^override: (?=--)", RegexOptions.Multiline)]
    private static partial Regex OfOption();

    [GeneratedRegex(@"\b[a-z_]+(\.[a-z_0-9]+)+\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Key();
}
