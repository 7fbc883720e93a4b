using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("VtepLab.Reports.Tests")]
