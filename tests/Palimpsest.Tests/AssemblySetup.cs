using Palimpsest.Tests;
using Palimpsest.Torch;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TorchFixture))]
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Palimpsest.Tests;

/// <summary>Loads libtorch once, with the threads every test uses.</summary>
public sealed class TorchFixture
{
    public TorchFixture() => NativeLibraries.EnsureLoaded();
}
