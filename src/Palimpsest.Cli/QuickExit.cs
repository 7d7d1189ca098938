using System.Runtime.InteropServices;

namespace Palimpsest.Cli;

/// <summary>Ends the process without letting native libraries take themselves apart, for which libtorch needs a tenth of a second that nobody
/// gains by.</summary>
internal static partial class QuickExit
{
    /// <summary>Asks the C library to end the process with the code of its exit before it calls anything that was registered earlier: what is
    /// registered last is called first.</summary>
    /// <remarks>.NET has shut down by then. Does nothing where the C library cannot do it.</remarks>
    public static void Register()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "_exit", out nint exit))
        {
            try
            {
                _ = OnExit(exit, 0);
            }
            catch (EntryPointNotFoundException)
            {
                // musl has no on_exit; slower, but right.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "on_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OnExit(nint function, nint argument);
}
