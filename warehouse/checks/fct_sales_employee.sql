-- Every employee_id of a sale is in dim_employee.
-- needs: dim_employee.employee_id
with

ids as (
    select
        employee_id,
        count(*) as lines,
        min(sales_day) as first_day
    from fct_sales
    where employee_id is not null
    group by employee_id
),

final as (
    select
        ids.employee_id as expected,
        dim_employee.employee_id as seen,
        ids.lines,
        ids.first_day
    from ids
    left join dim_employee on ids.employee_id = dim_employee.employee_id
    where dim_employee.employee_id is null
)

select * from final
