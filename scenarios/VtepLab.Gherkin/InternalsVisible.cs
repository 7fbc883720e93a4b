using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("VtepLab.Scenarios.Tests")]
