locals {
  # What no input may set: activity_dispatch.domain.job_variables has the same list, and the reasons.
  refused_variables = [
    "AWS_*", "ECS_*", "TASK_*", "PAYLOAD_*", "DISPATCH_*", "MISSED_*", "STACK_NAME", "LOG_LEVEL", "SAGEMAKER_*",
    "SM_*", "KUBERNETES_*", "BOTO_*", "LD_*", "DYLD_*", "GLIBC_*", "MALLOC_*", "GCONV_*", "LOCPATH", "LOCALDOMAIN",
    "NLSPATH", "HOSTALIASES", "RES_OPTIONS", "TZDIR", "ASAN_*", "LSAN_*", "TSAN_*", "UBSAN_*", "BASH*", "ENV",
    "SHELLOPTS", "PS[0-9]", "PROMPT_COMMAND", "IFS", "CDPATH", "FPATH", "ZDOTDIR", "SHELL", "PATH", "HOME", "USER",
    "LOGNAME", "TMPDIR", "TMP", "TEMP", "XDG_*", "TERM", "TERMCAP", "TERMINFO*", "BROWSER", "*PAGER", "LESS",
    "LESSOPEN", "LESSCLOSE", "*EDITOR", "VISUAL", "*ASKPASS", "PYTHON*", "PIP_*", "UV_*", "CONDA_*", "VIRTUAL_ENV",
    "NODE_*", "NPM_*", "RUBY*", "GEM_*", "BUNDLE_*", "PERL*", "PHP*", "LUA_*", "R_*", "JULIA_*", "JAVA_*", "JDK_*",
    "JRE_*", "_JAVA_*", "CLASSPATH", "MAVEN_*", "GRADLE_*", "SPARK_*", "HADOOP_*", "DOTNET_*", "CORECLR_*",
    "COR_*", "COMPLUS_*", "ASPNETCORE_*", "ERL_*", "ELIXIR_*", "GODEBUG", "GOTRACEBACK", "GUILE_*", "TCL*",
    "OCAML*", "GIT_*", "SSH_*", "SSL_*", "SSLKEYLOGFILE", "OPENSSL_*", "CURL_*", "*_CA_BUNDLE", "*_CERT",
    "*_CERTS", "*_PROXY", "WGETRC", "NETRC", "KRB5*", "CUDA_INJECTION*", "NVTX_INJECTION*", "NCCL_*", "OMP_TOOL*",
    "OCL_*", "VK_*", "GTK_*", "QT_*", "GIO_*", "GST_*", "MAGICK_*", "GDAL_*", "PGSERVICEFILE", "PGSYSCONFDIR",
    "MYSQL_HOME", "LIBMYSQL_*", "ODBC*",
  ]
  refused_override = "(?i)^environment\\.(${join("|", [for name in local.refused_variables : replace(name, "*", ".*")])})$"
}
