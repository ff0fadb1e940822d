-- Each employee stands in the mart once, with the lines and the revenue of its sales.
with

expected as (
    select
        employee_id,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by employee_id
),

sides as (
    select
        1 as expected,
        0 as seen,
        employee_id,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        employee_id,
        lines,
        revenue
    from mart_employee_performance
),

final as (
    select
        employee_id,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by employee_id, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
