namespace Palimpsest.Runs;

/// <summary>The command line of this process, fit to be published with a run.</summary>
internal static class RunArguments
{
    /// <summary>The arguments without the program; the home folder, which holds the user's name, is shortened to <c>~</c>.</summary>
    public static IReadOnlyList<string> Current() =>
        [.. Environment.GetCommandLineArgs().Skip(1).Select(argument => Shorten(argument, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)))];

    internal static string Shorten(string argument, string home) =>
        home.Length <= 1 ? argument : argument.Replace(home + Path.DirectorySeparatorChar, "~" + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
