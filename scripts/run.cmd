@echo off
rem scripts\run.cmd [ARGUMENT...]: does on Windows what scripts/run does elsewhere. It starts deskconsole from
rem this clone; the first start makes .venv. Without arguments it opens the console.
setlocal EnableExtensions DisableDelayedExpansion
set "venv=%~dp0..\.venv"
set "python=%venv%\Scripts\python.exe"
if not exist "%python%" goto find
"%python%" -I -S "%~dp0environment.py" ready
if not errorlevel 1 goto run

:find
set "found="
if exist "%python%" call :look "%python%"
if defined found goto prepare
if defined DESKCONSOLE_PYTHON call :look "%DESKCONSOLE_PYTHON%"
if defined found goto prepare
if defined DESKCONSOLE_PYTHON goto missing
call :look py -3
if not defined found call :look python
if not defined found call :look python3
if defined found goto prepare
rem uv brings a Python of its own where there is none.
uv venv --quiet --clear --managed-python --python 3.13 "%venv%" >nul 2>nul
if not errorlevel 1 call :look "%python%"
if defined found goto prepare

:missing
echo deskconsole: Python 3.11 to 3.14 is needed and was not found>&2
echo   Install it from python.org, or by: winget install Python.Python.3.13>&2
echo   or name one: set DESKCONSOLE_PYTHON=C:\path\to\python.exe>&2
exit /b 1

:prepare
%found% -I "%~dp0environment.py" prepare
if errorlevel 1 exit /b %errorlevel%

:run
rem -I: neither a file in the current folder nor PYTHONPATH may bring another module of the same name.
"%python%" -I -m deskconsole %*
exit /b %errorlevel%

rem Sets `found` to the command if it is a Python that is new enough. The name may be that of the Store's
rem program, which only says where to get one: so it is run.
:look
%* -I -S -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))" >nul 2>nul
if not errorlevel 1 set "found=%*"
exit /b 0
