using System.Reflection;
using Palimpsest.Tests;
using Palimpsest.Torch;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TorchFixture))]
[assembly: TwoThreads]
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Palimpsest.Tests;

/// <summary>Loads libtorch once, with the threads every test uses.</summary>
public sealed class TorchFixture
{
    public TorchFixture() => TorchThreads.Use(TwoThreadsAttribute.Threads);
}

/// <summary>Begins every test with the same number of threads, whichever thread it runs on and whatever the one before has set.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TwoThreadsAttribute : BeforeAfterTestAttribute
{
    public const int Threads = 2;

    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => TorchThreads.Use(Threads);
}
